"""`python -m espat_tools.boards`: write the tables of boards/README.md and the drawings anew."""

from espat_tools.boards.page import files

if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(path)
