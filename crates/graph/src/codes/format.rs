//! 06: formats other than delimited text.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0601",
        "Parquet or Arrow file damaged",
        "The file has the name or the first bytes of a Parquet or Arrow file, but cannot be decoded: it is cut off, \
         encrypted, or bytes in it were changed. It was read in a process of its own, so nothing else was harmed. Write \
         or copy the file again; a file without its last bytes is what a killed program leaves behind.",
    ),
    code(
        "E0602",
        "XML not well formed",
        "The file is not XML as it should be: a tag is not closed, a character is not allowed, or text follows the end. \
         Half of a network cannot be told from a whole one, so nothing is read. Write the file again with the program \
         that made it.",
    ),
    code(
        "E0603",
        "document type definition",
        "The XML file begins with a document type definition. It can make a small file grow without limit or read other \
         files of your machine, and no graph format needs one. Remove the lines from `<!DOCTYPE` to its end.",
    ),
    code(
        "E0604",
        "undeclared key",
        "A node or an edge has an attribute that the file does not declare, so its type and meaning are not known. Some \
         programs forget the declaration. Add a `<key>` for it at the top of the file, or write the graph again.",
    ),
    code(
        "E0605",
        "nested graph or hyperedge",
        "The file has graphs inside nodes, or edges with more than two ends. A supply network is one graph in which a \
         seller supplies a buyer, and there is no single way to turn the one into the other. Flatten it in the program \
         that made it.",
    ),
    code(
        "E0606",
        "several graphs",
        "The file holds more than one graph and nothing says which one is meant, or it has none of the name that was \
         given. The message lists them. Choose one with `--graph-id NAME`, or save the one that you want in a file of its \
         own.",
    ),
    code(
        "E0607",
        "nested too deeply",
        "Elements or brackets are nested deeper than any graph needs, which is what a damaged or hostile file looks \
         like. palenque stops there instead of running out of memory. Write the file again; a graph needs a depth of \
         about ten.",
    ),
    code(
        "E0608",
        "dynamic GEXF",
        "The file describes a graph that changes over time, with intervals on nodes and edges. palenque knows periods \
         and not intervals. Save one file for each period, or a CSV file of edges with a column `period`.",
    ),
    code(
        "E0609",
        "Pajek counts do not agree",
        "The file says that it has another number of vertices than it lists. It may be cut off, or a number may be \
         mistyped; which edges are missing cannot be known. Mend the line `*Vertices`, or write the file again.",
    ),
    code(
        "E0610",
        "JSON not well formed",
        "The file is not JSON: a bracket is missing, or it holds `NaN` or `Infinity`, which Python writes and JSON does \
         not know. The message says where. Replace such numbers by `null` or leave the attribute out.",
    ),
    code(
        "E0611",
        "JSON key repeated",
        "An object has the same key twice, and programs differ in which value they take. Two readers would see two \
         networks. Keep one of them.",
    ),
    code(
        "E0612",
        "JSON number not exact",
        "A number has more digits than a double holds, and would be changed by reading it. Amounts may be rounded in \
         the source; ids must be written as text, in quotes.",
    ),
    code(
        "E0613",
        "JSON not a graph",
        "The file is JSON, but not a graph: it needs a list of nodes with ids and a list of edges with `source` and \
         `target` that name them. Graphology and node-link JSON are such formats. A numeric id that is not exact counts \
         as none: put ids in quotes.",
    ),
    code(
        "E0614",
        "spreadsheet damaged",
        "The workbook cannot be opened: a part of it is missing or not as the format says. Spreadsheet programs mend \
         such files by guessing, and palenque does not. Open it in a spreadsheet program, check it, and save the sheet \
         as CSV.",
    ),
    code(
        "E0615",
        "formula or error without a value",
        "A cell holds an error such as `#DIV/0!` or `#N/A`, or a formula with which no value was stored, as programs \
         write that do not compute. It is not a missing value but a broken one, and palenque does not compute formulas. \
         Open the workbook, let it compute, mend the errors, and save it, or save the sheet as CSV.",
    ),
    code(
        "E0617",
        "merged cells",
        "Cells are merged over several rows or columns of the table, so a value stands in one of them and the others are \
         empty. What the empty ones mean is a matter of taste. Unmerge the cells and fill in the values.",
    ),
    code(
        "E0618",
        "counts in the spreadsheet lie",
        "The workbook refers to texts or cells that it does not have. It was made by a broken program or changed by \
         hand. Open it in a spreadsheet program and save it again, or as CSV.",
    ),
    code(
        "E0619",
        "cell too far away",
        "The sheet has a lone cell far away from the others, so that the table would have billions of empty cells. It is \
         usually a space typed by accident. Delete the rows and columns beyond the table.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0601",
        "unknown parts of the file ignored",
        "The file has parts that palenque does not use, or lacks a declaration that it should have. The graph was read \
         all the same. Look at the message if something is missing from the result.",
    ),
    code(
        "W0605",
        "undirected edges",
        "The file says that edges have no direction, or does not say that they have one, and every supply has a seller and \
         a buyer. Each was read as it is written: the source sells to the target. Save the graph as directed in the program \
         that made it; if the order of the two ends means nothing, directed indices mean nothing either.",
    ),
    code(
        "W0610",
        "JSON extras ignored",
        "The file names its lists differently from what is usual now, such as `links` for `edges`, or has keys that \
         palenque does not use. It was read all the same. Write it again with a newer program to end this warning.",
    ),
    code(
        "W0617",
        "hidden rows read too",
        "The sheet hides rows of the table. They were read like the others, since a filter only hides them and the file \
         does not say why. Delete them if they do not belong to the network.",
    ),
];
