//! 03: columns and the values in them.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0301",
        "column missing",
        "A column that is needed is not in the header. Edges need a seller and a buyer; known pairs are source and \
         target, from and to, seller and buyer, supplier and customer, src and dst, origin and destination. The message \
         lists the columns that are there: name yours with `--source-col NAME`, `--target-col NAME`, `--weight-col \
         NAME`, or another with `--map output=ventas`.",
    ),
    code(
        "E0302",
        "columns are ambiguous",
        "Several columns could be the one that is needed, such as both source and target, and from and to. They may say \
         different things, so palenque does not choose. Name the right ones with `--source-col` and `--target-col`, or \
         with `--weight-col`.",
    ),
    code(
        "E0303",
        "not a number, or missing",
        "A flow or another quantity is empty or is a word such as `NA`, `..` or `-`. A missing flow is not a flow of \
         zero: the firms do trade. Find the value; or go on with `--missing-weight drop`, which leaves such rows out \
         and counts them, or with `0` or `1` in place of `drop`.",
    ),
    code(
        "E0304",
        "a number in local writing",
        "The number is written with a decimal comma, a thousands separator, a currency sign, a percent sign or \
         parentheses. `1.234` is a thousand in one country and one and a bit in another, so palenque does not guess: a \
         number wrong by a factor of a thousand looks like any other. Say how the file writes: `--decimal comma`, \
         `--thousands .`, `--thousands nbsp`; signs must be taken out in the source.",
    ),
    code(
        "E0305",
        "value out of its domain",
        "A value cannot be what its column says: a latitude above 90, a negative number of employees, a share above \
         one. Often two columns are swapped, such as latitude and longitude. Mend the value in the file, or name the \
         right column with `--map lat=COLUMN`.",
    ),
    code(
        "E0306",
        "wrong type",
        "A column of a Parquet or Arrow file has a type that cannot be read as what it is to be, such as a list where an \
         id is needed or text where a flow is. Ids may be text or whole numbers, flows any number. Write the column \
         again with such a type.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0305",
        "attribute missing",
        "Some firms have no value in a column that groups firms, such as sector or stage. They are put together under \
         `(missing)`, so that totals stay right and the gap is seen. Shares of the other groups are shares of a total \
         that includes it.",
    ),
    code(
        "W0306",
        "no weight column",
        "The edge file has no column of flows, so each row counts one: an edge weighs as many records as it has. Indices \
         that need money, such as linkages, then speak of counts. If there is a column of flows under another name, \
         give it with `--weight-col NAME`.",
    ),
];
