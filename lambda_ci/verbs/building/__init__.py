"""From settings to finished packages: what the verbs that build have in common, and the order of the build stages."""
