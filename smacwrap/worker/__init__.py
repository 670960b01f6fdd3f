"""One seeded optimiser process: it asks, runs, records, shares and learns."""
