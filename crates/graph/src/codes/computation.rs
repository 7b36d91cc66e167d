//! 09: computing.

use super::{Code, code};

pub(super) const ERRORS: &[Code] = &[
    code(
        "E0901",
        "not converged",
        "An iteration did not reach its tolerance within the allowed number of steps. The last step is not an answer, so \
         none is given. Raise the number, as in `--set pagerank.max_iterations=10000`, or accept less precision with \
         `tolerance`; an iteration that never settles may mean that the index does not exist for this network.",
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
