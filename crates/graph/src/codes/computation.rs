//! 09: computing.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0901",
        "not converged",
        "An iteration did not reach its tolerance within the allowed number of steps. The last step is not an answer, so \
         none is given. Raise the number, as in `--set pagerank.max_iterations=10000`, or accept less precision with \
         `tolerance`, where the metric has these parameters; an iteration that never settles may mean that the index does not exist \
         for this network. A full inverse is refused with this code too, where rounding leaves its sums too uncertain: the network then \
         keeps nearly all of its output to itself, and final users buy next to nothing.",
    ),
    code(
        "E0902",
        "memory budget reached",
        "The computation would need more memory than allowed or than there is. The message says how much. Raise \
         `--max-memory` if the machine has it; otherwise put firms together first with `--by sector`, or leave out the \
         metric that needs a value for every pair of nodes.",
    ),
    code(
        "E0903",
        "time budget reached",
        "The time given with `--time-limit` is over. Results that are only partly computed are not written; what earlier \
         steps finished is. Give more time, leave out the slowest metrics (`palenque explain NAME` says what each \
         costs), or use one that samples.",
    ),
];

pub(super) const WARNINGS: &[Code] = &[
    code(
        "W0904",
        "inputs without a class",
        "The side table `essential` has no rows for some sectors of the network, so nothing says who could do without \
         their goods. They count as substitutable (1). Sectors are joined by name: check the spelling, or add rows.",
    ),
    code(
        "W0905",
        "losses without a leak",
        "Some firms sell all they make to each other and nothing to final users, so that a loss of orders among them never \
         fades: it creeps towards everything, and what comes out is decided by `epsilon`, the step at which the \
         computation stops. Give `output` or `final_demand`, and let losses be shares of output \
         (`--set systemic_risk.revenue=output`); else do not compare such values.",
    ),
    code(
        "W0906",
        "flows that are not conserved",
        "A largest flow asks how much of one thing can be handed on from stage to stage. Money is not: each stage adds value, so that \
         firms sell for more than they buy, and what comes out has no meaning. Give flows in a volume, such as litres or tonnes of one \
         substance, or ask for `surge_capacity_lp`, which keeps recipes and takes any unit.",
    ),
];
