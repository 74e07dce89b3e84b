"""The inputs stage: flags, inputs of the Action, variables and lambda-ci.yml in, ``Settings`` out, or every problem at once.

    text ─▶ located (values that know where they stand) ─▶ layers, sections (merged) ─▶ door (the one strict model) ─▶ checks

``settings.load`` has the order. After it nothing is a dict, and nothing is checked again.
"""
