"""Webhooks: what was stored is posted to receivers that subscribe to it, signed, at least once."""
