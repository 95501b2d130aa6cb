"""MitAssist on Discord: the running application."""

__version__ = "0.1.0"
