"""placeholder"""


class AliasedNode(Exception):
    pass


class Document:
    pass


class EditRefused(Exception):
    pass
