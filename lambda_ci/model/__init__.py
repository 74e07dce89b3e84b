"""The nouns that stages hand to each other: frozen, typed, without input or output. Facts about Lambda are in platform.json."""
