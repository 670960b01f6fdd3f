"""What can be wrong with a bundle; apart from it, for zipfile takes 5 ms to load."""


class BundleError(Exception):
    """An archive that cannot be unpacked safely; the message names the member."""
