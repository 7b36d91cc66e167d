//! 02: encodings and the form of delimited text.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0201",
        "not UTF-8",
        "The text holds bytes that are not UTF-8, at the line that is named. Replacing them by a question mark would \
         merge or split firms whose names have accents, so palenque asks. Files from Excel or older statistical \
         programs are often `--encoding windows-1252`, of which Latin-1 is a part. If only some lines are affected, \
         files of two encodings were put together: convert them before joining them.",
    ),
    code(
        "E0202",
        "UTF-16 or UTF-32 in doubt",
        "Every second byte is zero, as in UTF-16, but no byte-order mark says which half comes first, or the mark and \
         the file's own declaration disagree. Read the wrong way, all names would be Chinese-looking noise. Say which \
         it is: `--encoding utf-16le` (Windows) or `--encoding utf-16be`.",
    ),
    code(
        "E0203",
        "NUL byte",
        "There is a zero byte inside the text. Some programs end a name there and would make one firm of two, so \
         palenque does not go on. Usually a block of the file was lost when it was copied, or it is a binary file. \
         Export it again, or remove the byte.",
    ),
    code(
        "E0204",
        "quote is not closed",
        "A field begins with a quotation mark that no later mark closes, so the rest of the file would become one name. \
         The line given is that of the opening mark. Close it, or double it if the mark belongs to the name: \
         `\"A \"\"good\"\" firm\"`.",
    ),
    code(
        "E0205",
        "wrong number of fields",
        "A row has more or fewer fields than the header, so some value stands in the wrong column. Common causes are a \
         file that was cut off, a comma inside a name without quotes, and a thousands separator. Mend the row; or go \
         on with `--ragged drop`, which leaves such rows out and counts them, or with `--ragged fill`, which takes \
         missing fields as empty and ignores those too many.",
    ),
    code(
        "E0206",
        "field too long",
        "One field is longer than a million bytes. Nearly always a quotation mark or a line end is missing and many \
         rows run together. Look at the line named; if the field is really that long, raise the limit with \
         `--max-field-bytes`.",
    ),
    code(
        "E0207",
        "duplicate column",
        "Two columns have the same name, so it is not clear which one holds the values. Spaces around a name and the \
         difference of capitals do not count. Rename one of them in the header.",
    ),
    code(
        "E0208",
        "no usable header",
        "The first line does not look like names of columns: it is a comment, a title, or already data. If titles stand \
         above the header, pass over them with `--skip-rows 3`; if comments do, with `--comment '#'`. If there is no \
         header at all, `--no-header` takes the columns as source, target and weight.",
    ),
    code(
        "E0210",
        "text after a closing quote",
        "A quoted field is followed by more text before the next delimiter. Mostly the file writes a quotation mark \
         inside a name with a backslash, as MySQL does: then add `--escape '\\'`. Otherwise double the inner marks.",
    ),
    code(
        "E0211",
        "old Mac line ends",
        "Lines end with a carriage return only, as old Macs and some exports write, so most programs see one endless \
         line. It is refused because a stray carriage return inside a name looks the same. If the whole file is so, add \
         `--line-ends cr`.",
    ),
    code(
        "E0212",
        "too many columns",
        "There are more than ten thousand columns. This looks like a matrix, with one column for each buyer, and not \
         like a list of edges with one row for each. Turn it into rows of seller, buyer and flow.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0201",
        "byte-order mark dropped",
        "The file begins with three invisible bytes by which Excel marks UTF-8. They were left out, so that the first \
         column is called `source` and not something that only looks so. Nothing else changes; `--allow W0201` accepts \
         it by name.",
    ),
    code(
        "W0202",
        "decoded from UTF-16",
        "The file is UTF-16, as Excel saves under the name Unicode text, and was decoded by its byte-order mark. The \
         result is the same as from UTF-8. Save it as UTF-8 to halve its size, or accept this with `--allow W0202`.",
    ),
    code(
        "W0203",
        "control characters in text",
        "Some names hold control characters, such as a terminal's colour codes. The names are kept as they are, since \
         two firms may differ by them, and shown with visible escapes such as `\\u{1b}`. Clean them in the source if \
         they do not belong there.",
    ),
    code(
        "W0208",
        "header names were adapted",
        "Names in the header were compared without capitals and outer spaces, or another usual word was taken, such as \
         `seller` for `source`. The message says which column became which. If one is wrong, name the columns: \
         `--source-col`, `--target-col`, `--weight-col`, or `--map stage=tier`.",
    ),
    code(
        "W0209",
        "delimiter was detected",
        "The fields are not separated by commas; another character divides the lines evenly and was taken. With the \
         wrong one, all numbers would be in the wrong place. Say it to be sure: `--delimiter ';'` or `--delimiter tab`.",
    ),
    code(
        "W0210",
        "quotes inside an unquoted field",
        "A name holds quotation marks but does not begin with one. The marks were kept as part of the name. If they were \
         meant to enclose the field, there is a space or a letter in front of the first one: take it out.",
    ),
];
