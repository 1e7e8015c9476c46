# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the documentation site; `./dev docs` writes the pages first, and then calls it."""

project = "crashops.kdump"
author = "The crashops.kdump authors"
copyright = "2026, The crashops.kdump authors"  # noqa: A001

root_doc = "index"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
# anchors as GitHub makes them, so that a link works there and here
myst_heading_anchors = 6
myst_enable_extensions = ["attrs_inline", "colon_fence"]
# a message on a page must be what a reader copies and searches for: -- is no dash there, and quotes stay straight
smartquotes = False
# the pages hold kdump.conf, shell and plain output; only what names its language is coloured
highlight_language = "text"
suppress_warnings = [
    # pages of Ansible itself, which the site does not hold: it is built without a network
    "ref.ref",
    # blocks of YAML with Jinja in them, and output that is called YAML
    "misc.highlighting_failure",
]

# furo, not sphinx-ansible-theme: it has a dark side, and tables and navigation fit a phone
html_theme = "furo"
html_title = "crashops.kdump"
html_static_path = ["_static"]
html_css_files = ["kdump.css"]
# for the <picture> of a page, which Sphinx does not look into
html_extra_path = ["../images"]
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
pygments_dark_style = "github-dark"
