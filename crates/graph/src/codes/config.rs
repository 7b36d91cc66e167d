//! 07: the pipeline file and what is asked for.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0701",
        "unknown key",
        "The name is not one that palenque knows in this place: a key of `palenque.toml`, a parameter, a column, a chart \
         option. A misspelt name that is passed over would run something else than you wrote, so each is checked. The \
         message suggests the nearest name; `palenque schema config` prints them all.",
    ),
    code(
        "E0702",
        "value of the wrong type or range",
        "The value is of the wrong kind, such as text where a number is needed, or outside its range, such as a damping \
         of 1.5. The message says what is allowed. `palenque explain NAME` shows the parameters of a metric with their \
         ranges and defaults.",
    ),
    code(
        "E0703",
        "path outside the output folder",
        "A step wants to write to a path that leaves `output.dir`, by `..` or from the root. A pipeline writes to one \
         folder only, so that it can be run without reading it first. Give a path inside the folder, or set \
         `output.dir` itself, or use `--out DIR`.",
    ),
    code(
        "E0704",
        "steps need each other",
        "Some steps of the pipeline wait for one another in a circle, or one needs a step that does not exist, so there \
         is no order to run them in. The message shows the circle. Take one name out of `needs`.",
    ),
    code(
        "E0705",
        "unknown metric",
        "There is no metric or family of this name. The message suggests the nearest one. `palenque list metrics` shows \
         them all; families begin with `@`, as in `@centrality`.",
    ),
    code(
        "E0706",
        "same output twice",
        "Two steps would write the same file or the same column, and the later one would silently win. Names that differ \
         only in capitals count as the same, as on Windows and macOS. Ask for it in one step, give one of them a file \
         of its own (`to = \"FILE.csv\"`), or measure it at another level with `by`.",
    ),
    code(
        "E0707",
        "TOML not well formed",
        "`palenque.toml` cannot be parsed: a bracket or quotation mark is missing, a key stands there twice, or the file \
         is not UTF-8. The message points at the place. `palenque init` writes a commented file to compare with.",
    ),
    code(
        "E0708",
        "newer configuration version",
        "The file says a `version` that this palenque does not know; a newer one wrote it, and keys may have other \
         meanings. Update palenque, or set `version = 1` after reading what changed.",
    ),
    code(
        "E0709",
        "step id not usable",
        "The id of a step becomes the name of files, so it must work on every system: letters, digits, `-` and `_`, not \
         a name that Windows keeps for itself such as `con` or `aux`, and no other step's. Choose another id.",
    ),
    code(
        "E0710",
        "output is an input",
        "A step would overwrite a file that the pipeline reads. The next run would then read its own results. Write \
         somewhere else: change `output.dir` or the step's file.",
    ),
    code(
        "E0711",
        "asked for too much",
        "What is asked for is beyond a bound that keeps a mistyped number from filling the machine, such as an image of \
         a million dots across. The message names the bound. Choose a smaller number, such as fewer dots with `--dpi`.",
    ),
    code(
        "E0712",
        "`$` in a path",
        "A path holds a `$`, as if a variable of the environment were to be put in. palenque does not do that: a result \
         would depend on the machine. Write the path out; a file whose name really has a `$` is written `$$`.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0705",
        "metric left out, its input is missing",
        "A metric of the chosen set needs a column or a file that is not there, such as `capacity`, so it was left out and \
     the others were computed. Asked for by its own name it would be an error. `palenque explain NAME` says what it \
     needs.",
    ),
    code(
        "W0706",
        "few links could be exchanged",
        "Random networks are made by exchanging the ends of links, and nearly all attempts changed nothing, because the network is so dense or \
         its groups are so small that there is hardly any other way to link it. The random networks may still be like the \
         observed one, and a high p then says little. Compare with `labels` or `shuffle`, or put nodes together first.",
    ),
];
