"""What mkdocs does not do by itself for pages that are also read where they lie."""
import pathlib, re

DOCS = pathlib.Path(__file__).parent.parent


def on_config(config):
    """Lists the decisions of docs/adr, so that a new one is one new file."""
    decisions = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.glob("adr/*.md"))
    if not any("Decisions" in entry for entry in config.nav):
        config.nav.append({"Decisions": decisions})
    return config


def on_files(files, config):
    """Makes book/index.md the first page of the site."""
    index = files.get_file_from_path("book/index.md")
    index.dest_uri, index.url = "index.html", "index.html"
    return files


def on_page_markdown(markdown, page, config, files):
    """Leaves of a fence's settings, which `.ci/book` reads, only the language."""
    return re.sub(r"^( *```\w+) .*$", r"\1", markdown, flags=re.MULTILINE)
