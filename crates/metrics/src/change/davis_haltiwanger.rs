//! Creation and destruction behind a net change.

use crate::kernel::ratio::ratio_or_status;
use palenque_graph::table::Status;

/// What growth and decline of many units come to, each as a share of the mean of both totals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GrossFlows {
    /// Growth of those that grew.
    pub creation: f64,
    /// Decline of those that shrank, above zero.
    pub destruction: f64,
    /// Creation less destruction.
    pub net: f64,
    /// Creation and destruction together.
    pub reallocation: f64,
    /// What of it the net change did not need.
    pub excess: f64,
    /// Creation by those that were not there before.
    pub entry: f64,
    /// Destruction by those that are there no more.
    pub exit: f64,
    /// Creation by those that were there before.
    pub expansion: f64,
    /// Destruction by those that are still there.
    pub contraction: f64,
}

/// Growth by the mean of both sizes: from −2 for an exit to 2 for an entry.
///
/// # Formula
/// `g = (y_t − y_{t−1}) / ((y_t + y_{t−1}) / 2)`.
/// # Source
/// Davis, Haltiwanger and Schuh (1996).
/// # Errors
/// [`Status::ZeroDenominator`] if both are zero.
/// # Example
/// ```
/// # use palenque_metrics::change::davis_haltiwanger::growth;
/// assert_eq!(growth(0.0, 3.0), Ok(2.0));
/// assert_eq!(growth(3.0, 0.0), Ok(-2.0));
/// assert_eq!(growth(1.0, 3.0), Ok(1.0));
/// ```
pub fn growth(before: f64, after: f64) -> Result<f64, Status> {
    ratio_or_status(after - before, f64::midpoint(before, after))
}

/// Creation and destruction over many units, by their sizes before and after; those of size zero in both count for nothing.
///
/// # Formula
/// With weights `z_i`, the share of a unit's mean size in the sum of all: `creation = Σ_{g>0} z_i g_i`,
/// `destruction = Σ_{g<0} z_i |g_i|`, `excess = C + D − |C − D|`. A weighted growth `z_i g_i` is the unit's change by the mean total.
/// # Source
/// Davis, Haltiwanger and Schuh (1996).
/// # Errors
/// [`Status::ZeroDenominator`] if all is zero.
/// # Example
/// ```
/// # use palenque_metrics::change::davis_haltiwanger::gross_flows;
/// let flows = gross_flows([(6.0, 8.0), (4.0, 0.0), (0.0, 2.0)])?; // 10 before and 10 after
/// assert_eq!((flows.creation, flows.destruction, flows.net), (0.4, 0.4, 0.0));
/// assert_eq!((flows.entry, flows.exit, flows.excess), (0.2, 0.4, 0.8));
/// # Ok::<(), palenque_graph::table::Status>(())
/// ```
pub fn gross_flows(sizes: impl IntoIterator<Item = (f64, f64)>) -> Result<GrossFlows, Status> {
    let mut total = 0.0;
    let [mut entry, mut exit, mut expansion, mut contraction] = [0.0; 4];
    for (before, after) in sizes {
        total += f64::midpoint(before, after);
        let change = after - before;
        if before > 0.0 {
            expansion += change.max(0.0);
        } else {
            entry += change;
        }
        if after > 0.0 {
            contraction += (-change).max(0.0);
        } else {
            exit += before;
        }
    }
    let share = |part: f64| ratio_or_status(part, total);
    let (entry, exit) = (share(entry)?, share(exit)?);
    let (expansion, contraction) = (share(expansion)?, share(contraction)?);
    let (creation, destruction) = (entry + expansion, exit + contraction);
    let (net, reallocation) = (creation - destruction, creation + destruction);
    Ok(GrossFlows {
        creation,
        destruction,
        net,
        reallocation,
        excess: reallocation - net.abs(),
        entry,
        exit,
        expansion,
        contraction,
    })
}

impl GrossFlows {
    /// All parts, in the order of the columns that they fill.
    pub(super) fn parts(&self) -> [f64; 9] {
        [
            self.creation,
            self.destruction,
            self.net,
            self.reallocation,
            self.excess,
            self.entry,
            self.exit,
            self.expansion,
            self.contraction,
        ]
    }
}
