"""Azure: cost details of one subscription, a FOCUS export of the other."""
