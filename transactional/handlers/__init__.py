"""How is each command carried out? One module per subject; importing this package registers every handler and the permission rule."""

from transactional.handlers import (
    allocation,
    opening,
    permissions,
    purchasing,
    receiving,
    sales,
    setup_boms,
    setup_company,
    setup_items,
    setup_partners,
    setup_places,
    shipping,
)

__all__ = [
    "allocation",
    "opening",
    "permissions",
    "purchasing",
    "receiving",
    "sales",
    "setup_boms",
    "setup_company",
    "setup_items",
    "setup_partners",
    "setup_places",
    "shipping",
]
