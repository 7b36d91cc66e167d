//! 08: writing results.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0801",
        "no space left",
        "The disk, or your share of it, is full. Files are written beside their final name and renamed when complete, so \
         what was there before is untouched and nothing is torn. Make room, or choose another disk with `--out DIR`.",
    ),
    code(
        "E0802",
        "no permission",
        "The system does not let palenque write here: the folder belongs to somebody else, or is read-only. This is tried \
         before anything is computed. Choose a folder of your own with `--out DIR`.",
    ),
    code(
        "E0803",
        "locked by another run",
        "Another palenque is writing to the same folder, and two at once would mix their files. Wait for it, let this one \
         wait with `--wait`, or choose another folder with `--out DIR`. A lock left by a killed run frees itself.",
    ),
    code(
        "E0804",
        "folder is not palenque's",
        "The output folder has files in it and no `run.json`, so palenque did not make it and will not put its files among \
         yours; or a file that `demo` or `generate` made was changed since. Choose another folder, or an empty one. `--force` \
         writes there all the same; files of other names stay.",
    ),
    code(
        "E0805",
        "symbolic link or special file in the way",
        "Where a result is to be written there is a symbolic link, a pipe or a device. Following it could overwrite a file \
         elsewhere. Remove it, or choose another folder with `--out DIR`.",
    ),
    code(
        "E0806",
        "cannot rename",
        "A finished file could not be given its final name, so the old one is still there. Mostly another program has it \
         open, such as a spreadsheet on Windows, or the folder was moved meanwhile. Close it and run again.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0801",
        "cells that a spreadsheet would run",
        "Some ids or names begin with `=`, `+`, `-` or `@`, which a spreadsheet takes for a formula when it opens the CSV \
         file. The files hold the names as they are, so that other programs find them again. If the tables go to people \
         who open them in a spreadsheet, add `--spreadsheet-safe`.",
    ),
    code(
        "W0803",
        "characters that XML forbids",
        "Some names hold control characters, which XML and so SVG and GraphML cannot hold in any form. They were written \
         as visible escapes such as `\\u{1}`. The CSV files have them unchanged.",
    ),
    code(
        "W0804",
        "no file locks here",
        "The file system of the output folder has no locks, as some network drives. palenque cannot notice a second run \
         that writes to the same folder. Run one at a time there, or write to a local disk.",
    ),
];
