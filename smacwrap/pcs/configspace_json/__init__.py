"""ConfigSpace's own JSON format, both ways.

Source of the format: `ConfigurationSpace.to_json` of ConfigSpace 1.2, format version 0.4.
"""

from smacwrap.pcs.configspace_json.decode import Decoded, parse_configspace_json
from smacwrap.pcs.configspace_json.encode import to_configspace_json

__all__ = ["Decoded", "parse_configspace_json", "to_configspace_json"]
