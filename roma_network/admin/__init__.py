"""The screens of curators: what those of all curated models share, and those of sources and accounts.

Nothing is imported here: `admin.site` itself is found in this package, before there is anything to register with it.
"""
