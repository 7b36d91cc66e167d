//! 05: accounts of firms and input-output tables.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0501",
        "table is not square",
        "An input-output table needs the same sectors in its rows and its columns; here their numbers differ. A sector \
         is missing on one side, or a column of final demand or totals is taken for a sector. The message names the \
         difference: add the sector, or name the other columns `final_demand` and `output`.",
    ),
    code(
        "E0502",
        "row and column labels differ",
        "A sector has a column and no row of the same name, or a row and no column. Rows and columns are matched by \
         name and never by position, since a shifted table gives plausible and wrong multipliers. Write the name the \
         same way on both sides.",
    ),
    code(
        "E0503",
        "account identity broken",
        "Sales to others plus final demand should be a firm's or sector's output, and purchases plus imports plus value \
         added should be the same. Here they differ by far more than stocks explain: sales are above twice the output, \
         or the two sides of the table do not meet. Mostly rows have different units or periods, or `output` is the \
         wrong column. Bring them to one unit; `palenque inspect` shows the largest sellers and buyers.",
    ),
    code(
        "E0504",
        "purchases without output",
        "A firm or sector buys inputs and has an output of zero, so its input coefficients would be a division by zero. \
         Either its output is missing, which must be an empty cell and not 0, or its purchases belong to somebody else. \
         Mend the `output` column, or leave it out: it is then taken as the larger of sales and purchases.",
    ),
    code(
        "E0505",
        "negative flow in a table",
        "A delivery between two sectors is below zero. Statistical offices book subsidies and by-products so, but input \
         coefficients below zero break the rules by which multipliers are known to be finite. Negative final demand is \
         allowed, as stocks may fall. Move the entry to final demand or value added, or set it to zero.",
    ),
    code(
        "E0506",
        "economy is not productive",
        "Some group of sectors uses at least as much of its own products as it makes, so no final demand could ever be \
         met and the Leontief inverse does not exist or is meaningless. The message names the group. Check the `output` \
         column and the units: mostly an output is missing or too small. A group that sells only to itself and has no \
         value added needs one of the two.",
    ),
    code(
        "E0508",
        "table not finite or empty",
        "A cell of the table is empty, `NaN` or infinite, or the table has no cells. One such cell would spread over the \
         whole inverse. Write 0 where nothing is delivered, and find the number where something is.",
    ),
    code(
        "E0509",
        "duplicate sector",
        "Two rows or two columns of the table have the same name. Added up or overwritten they would give two different \
         economies. Rename one, or add them up in the source if they are one sector.",
    ),
    code(
        "E0510",
        "totals stand among the sectors",
        "A row or column holds the sums of the others, such as `Total`, and is taken for a sector. The whole economy \
         would be counted twice, and the largest linkage would be that of the total. Remove it, pass over it with \
         `--map skip=LABEL`, or name it `output`.",
    ),
    code(
        "E0511",
        "totals cannot be met",
        "A table is to have new totals of sales and purchases, and no table with flows where this one has flows has them. \
         Either the totals of rows and columns have different sums, or some nodes are to sell more than the only nodes that \
         buy from them are to buy. The message names them. Correct those totals, or add a flow, however small, where \
         there is none yet and one may be.",
    ),
    code(
        "E0512",
        "make table without inverse",
        "The models `product-technology` and `fixed-industry-sales` invert the make table, and this one has no inverse: a \
         product is made by nobody, or two industries make the same products in the same proportions. Take \
         `--sut-model industry-technology` or `fixed-product-sales`, which need no inverse, or add such products or \
         industries up.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0501",
        "sectors that only buy",
        "Some labels of a long table buy and never sell, and their names say nothing about what they are, so they were \
         taken for sectors. A code of final demand, such as `P3`, looks the same and would make final demand an \
         industry. If they are final demand, say so with `--map fd_NAME=LABEL`; if they are sectors, accept it with \
         `--allow W0501`.",
    ),
    code(
        "W0502",
        "labels adapted",
        "The columns of the table stand in another order than the rows, or their names differ in capitals or spaces; \
         they were matched by name. The result is that of the table in order. If a match is wrong, write the names the \
         same way.",
    ),
    code(
        "W0503",
        "sales exceed output",
        "Some firms or sectors sell more to others than their output, so their final demand comes out negative. Falling \
         stocks do that in real tables, and the numbers are kept. If there are many, or it is by much, check that \
         `output` and the flows have one unit and one period.",
    ),
    code(
        "W0504",
        "sectors without output",
        "Some sectors have no output, sales or purchases: they are in the classification and not in this economy. Their \
         coefficients are zero; their linkages are empty, with the reason in `status`, and they are left out of means. \
         Nothing needs to be done.",
    ),
    code(
        "W0507",
        "ill-conditioned",
        "The system of equations is close to one without a solution, so small errors of the data become large ones of \
         the result. The message says how many digits are certain. Look at the sectors that use nearly all of their own \
         output: their value added may be missing.",
    ),
    code(
        "W0508",
        "output imputed",
        "Some firms have no `output`, and not enough else to compute it, so it was taken as the larger of their sales \
         and their purchases. What is missing on the other side becomes final demand or value added. Column `x_imputed` \
         marks these firms; linkages of theirs are estimates. Add an `output` column to the node file if you have one.",
    ),
];
