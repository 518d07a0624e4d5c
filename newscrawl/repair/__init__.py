"""A site's own past against its pages of today: fields that are lost, and rules that read them again. Pure."""
