//! 04: nodes, edges and flows.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0401",
        "empty id",
        "A row has no id for its firm, seller or buyer. Taken as it stands, all such rows would become one firm without \
         a name, and a large one. If it is a row of totals at the end of the file, remove it; otherwise find the id.",
    ),
    code(
        "E0402",
        "conflicting node rows",
        "Two rows of the node file have the same id and differ elsewhere, so one firm has two sectors, outputs or \
         places. Which one is right cannot be seen from the file. Mend the rows, or keep the first of each with \
         `--node-conflict first`.",
    ),
    code(
        "E0403",
        "endpoint is not a node",
        "An edge names a firm that the node file does not have. Either the node file is incomplete, or the id is \
         spelt in two ways. Go on with `--unknown add`, which adds such firms without attributes, or with `--unknown \
         drop`, which leaves their edges out and counts them.",
    ),
    code(
        "E0406",
        "NaN or infinite",
        "A flow or another quantity is `NaN` or infinite. One such number makes every sum and every inverse it touches \
         meaningless. It comes from a division by zero or a missing value in the program that wrote the file: mend it \
         there, or leave the row out.",
    ),
    code(
        "E0407",
        "negative flow",
        "A flow is below zero, and a firm cannot sell less than nothing. Negative records are mostly reversals or net \
         figures; shortest paths, shares and linkages have no meaning with them. Choose what they mean: `--negative \
         drop` leaves them out, `abs` takes the amount, `reverse` lets the goods flow the other way.",
    ),
    code(
        "E0408",
        "number too large",
        "A number, or the sum of numbers that belong together, is larger than a double can hold, about 1.8e308. From \
         there on it would be infinite and spoil all results. Check the value named; if it is right, use a larger unit, \
         such as millions.",
    ),
    code(
        "E0409",
        "repeated seller-buyer pair",
        "The same seller and buyer stand in more than one row, and `--dup error` asked to refuse that. If the rows are \
         deliveries, add them with `--dup sum`, which is the default; if they are copies, keep one with `--dup first` \
         or `--dup max`.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0401",
        "node row repeated",
        "A row of the node file stands there twice, word for word. The copy was ignored. Copies often mean that files \
         were joined twice: check that the edges were not, since their flows are added.",
    ),
    code(
        "W0402",
        "ids differ only in spaces",
        "Some ids are equal but for spaces at an end or inside. They were kept apart, as ids are never changed without \
         being asked, but they are probably one firm whose trade is split over two nodes. `--trim` takes spaces off the \
         ends.",
    ),
    code(
        "W0403",
        "ids differ only in case",
        "Some ids are equal but for capital letters. They were kept apart, because codes may differ by case on purpose. \
         If they are one firm, write it one way in the source, since its trade is now split.",
    ),
    code(
        "W0404",
        "ids differ only in Unicode form",
        "Some ids look exactly alike, but one writes an accent as a part of the letter and the other as a mark of its \
         own. They were kept apart and are almost surely one firm. `--normalize nfc` makes them one.",
    ),
    code(
        "W0405",
        "ids look alike in different scripts",
        "Some ids look alike but use letters of different scripts, such as a Latin and a Cyrillic `A`. They were kept \
         apart. If they are one firm, the text was typed on two keyboards or disguised on purpose: mend it in the \
         source.",
    ),
    code(
        "W0406",
        "invisible or direction-changing characters",
        "Some ids hold characters that cannot be seen, or that turn the direction of writing round, so that a name can \
         look like another. The ids are kept, and shown with visible escapes such as `\\u{202e}`. Clean them in the \
         source unless they belong there.",
    ),
    code(
        "W0407",
        "self-loops",
        "Some edges lead from a firm to itself: deliveries between its own plants, or trade within a sector. They are \
         kept in flows, outputs and linkages, and left out of degrees, paths, clustering and the like, where a firm is \
         not its own neighbour. If they are errors, remove the rows.",
    ),
    code(
        "W0408",
        "repeated seller-buyer pairs",
        "Several rows have the same seller and buyer; their flows were added, and the edge column `n_records` says how \
         many there were. That is right for deliveries and wrong for copies, which count double. Choose with `--dup \
         first`, `--dup max` or `--dup error`, or accept it with `--allow W0408`.",
    ),
    code(
        "W0409",
        "zero flows dropped",
        "Rows with a flow of zero were left out and counted: no trade is no edge. They matter only where a tie without \
         money is still a tie. `--zero keep` keeps them.",
    ),
    code(
        "W0410",
        "flow so small that its inverse overflows",
        "A flow is so close to zero that its distance, one over the flow, is larger than a number can be. The edge is \
         kept, and its distance is cut to the largest number. Such flows are mostly rounding remains: consider leaving \
         them out.",
    ),
    code(
        "W0411",
        "very wide range of flows",
        "The largest flow is many orders of magnitude above the smallest. Real economies do not span that much, so \
         rows of different units may be mixed, such as pesos and millions of pesos. Sums are compensated, so that the \
         small flows are not lost in them, but indices that compare flows will see the large ones only.",
    ),
    code(
        "W0412",
        "integers not exact above 2^53",
        "Some numbers have more digits than a double holds, about sixteen, and the last ones were rounded. For \
         amounts that does not matter. If they are ids, digits were lost already in the program that wrote the file: \
         write ids as text.",
    ),
    code(
        "W0413",
        "rows dropped by a policy",
        "Rows were left out because a flag said so, such as `--ragged drop`, `--negative drop` or `--unknown drop`. The \
         summary and `run.json` count them by reason. If there are many, the network is another one than the file's; \
         `--max-bad N` refuses the file when more than N rows would go.",
    ),
    code(
        "W0414",
        "nodes added by a policy",
        "Firms that only the edges name were added, because of `--unknown add`. They have no attributes, so they stand \
         under `(missing)` wherever firms are grouped. Add them to the node file to say what they are.",
    ),
];
