//! 01: files and containers.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0101",
        "file not found",
        "There is no file at this path. Paths are taken relative to the folder in which palenque runs, or to the \
         folder given with `-C`; in `palenque.toml`, relative to that file. Check the spelling, and whether the file \
         lies where the message says.",
    ),
    code(
        "E0102",
        "file cannot be read",
        "The file is there, but the system does not let palenque read it: you lack permission, the disk reports an \
         error, or it is a pipe where a file that can be read twice is needed. Nothing is computed on a part of a \
         file. Give yourself permission (`chmod u+r FILE`), copy the file to a local disk, or give the path of a file \
         instead of a pipe.",
    ),
    code(
        "E0103",
        "file is empty",
        "The file holds no text: no bytes, blank lines only, or nothing but a byte-order mark. An empty file is nearly \
         always an export or a download that was cut off, so palenque does not take it for a network without firms. \
         Export it again; a file with a header and no rows is accepted with W0101.",
    ),
    code(
        "E0104",
        "not a supported kind of content",
        "The first bytes say that this is something else than a table: a picture, a web page, an old `.xls` or \
         encrypted workbook, a Git LFS pointer, or a compression that palenque does not read. A web page usually means \
         that the download asked for a login; a pointer is fetched with `git lfs pull`. Save the data as CSV, plain or \
         packed with gzip, zstd or zip, or as Parquet.",
    ),
    code(
        "E0105",
        "damaged archive or stream",
        "The compressed file ends early, its checksum does not agree, or bytes follow its end. What could be unpacked \
         would be a part of the network, and every index of a part is wrong, so nothing is computed. Fetch or compress \
         the file again; `gzip -t FILE` or `zstd -t FILE` tells whether a copy is whole.",
    ),
    code(
        "E0106",
        "decompression limit reached",
        "Unpacked, this file is larger than palenque will hold: a small file can be made to unpack to more than any \
         machine has. If you trust the file and have the memory, raise the limit, as in `--max-memory 32GiB`. The \
         limit is recorded in `run.json` and does not change a number.",
    ),
    code(
        "E0107",
        "content and name differ",
        "The name says one kind of file and the content is another, such as Parquet named `.csv` or plain text named \
         `.gz`. One of the two is a mistake, and guessing which would be a guess about your data. Rename the file, or \
         say what it is: `--input-format csv`, `parquet`, `arrow` or `xlsx`.",
    ),
    code(
        "E0108",
        "is a directory",
        "The path names a folder, and a file is wanted. Folders are not searched for tables, so that a file added \
         later cannot change a result. Name the file itself, as in `--edges data/edges.csv`; a folder of matrices that \
         pymrio saved is read with `--table FOLDER`.",
    ),
    code(
        "E0109",
        "several candidate tables",
        "The archive holds more than one table, and nothing says which one is meant; or a workbook has no sheet of the \
         name that was given. The message lists them. Choose one with `--member NAME` or `--sheet NAME`.",
    ),
    code(
        "E0110",
        "path leaves its folder",
        "An archive or a parameter file names a path that points outside its own folder, with `..` or from the root. \
         Data from others could read or overwrite your files that way, so such paths are refused and nothing is \
         unpacked. Unpack the archive yourself, look at it, and name the file that you want.",
    ),
    code(
        "E0111",
        "file changed while it was read",
        "The file had another length or date at the end of reading than at the beginning, so what was read may be half \
         of one version and half of another. Nothing is computed on it. Wait until the program that writes the file is \
         done, or copy the file and read the copy.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0101",
        "file is empty of rows",
        "The file has a header and no rows, so the network has no edges. Indices that need edges come out empty, with a \
         reason in `status`. If that is not what you meant, look at the export, or at `--where`, which may have left \
         out every row.",
    ),
    code(
        "W0107",
        "content and name differ, content was used",
        "The file is compressed, and its name does not say so. It was read as what it is, because its first bytes leave \
         no doubt. Rename it to end this warning, or accept it with `--allow W0107`.",
    ),
    code(
        "W0109",
        "one of several tables was used",
        "The workbook has several sheets and the first one was read. If the network is on another sheet, every number \
         is about the wrong table. Say which one to read with `--sheet NAME`; the message lists them.",
    ),
];
