//! Gross exports of every region by whose value is in them.

use super::gvc_content::Content;
use crate::kernel::condition;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// Relative to exports, what counts as nothing when terms are compared with their sum.
const ROUNDING: f64 = 1e-9;

/// The exports of a region, decomposed. Values are in the unit of the flows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportTerms {
    /// The region.
    pub region: Box<str>,
    /// What it sells to other regions, to producers and final users.
    pub exports: f64,
    /// Its value in final products that it exports, used where they go (T1).
    pub dva_fin: f64,
    /// Its value in inputs from which their buyer's region makes what it uses itself (T2).
    pub dva_int: f64,
    /// Its value in inputs from which others make what is used in third regions (T3).
    pub dva_intrex: f64,
    /// Its value that comes back in final products (T4).
    pub rdv_fin: f64,
    /// Its value that comes back in inputs to what it uses itself (T5).
    pub rdv_int: f64,
    /// Its value that crosses its border more than once, counted again (T6).
    pub ddc: f64,
    /// Value of others in final products that it exports (T7).
    pub fva_fin: f64,
    /// Value of others in inputs from which their buyer's region makes what it uses itself (T8).
    pub fva_int: f64,
    /// Value of others in inputs that are exported again: counted twice (T9).
    pub fdc: f64,
    /// Its value in the exports of others (`VS1`).
    pub vs1: f64,
    /// Inputs from others in its exports, as one sees them who knows this region alone.
    pub vs_single: f64,
    /// Value added in all that it makes.
    pub value_added: f64,
}

impl ExportTerms {
    fn of(region: &str) -> Self {
        Self { region: region.into(), ..Self::default() }
    }

    /// The nine terms by name, in order.
    #[must_use]
    pub fn terms(&self) -> [(&'static str, f64); 9] {
        [
            ("dva_fin", self.dva_fin),
            ("dva_int", self.dva_int),
            ("dva_intrex", self.dva_intrex),
            ("rdv_fin", self.rdv_fin),
            ("rdv_int", self.rdv_int),
            ("ddc", self.ddc),
            ("fva_fin", self.fva_fin),
            ("fva_int", self.fva_int),
            ("fdc", self.fdc),
        ]
    }

    /// Exports that no term explains: 0 where sales and final demand add up to output.
    #[must_use]
    pub fn discrepancy(&self) -> f64 {
        let gap = self.exports - self.terms().iter().map(|(_, value)| value).sum::<f64>();
        if gap.abs() <= ROUNDING * self.exports.abs() { 0.0 } else { gap }
    }

    /// Its value that is used abroad in the end: value-added exports.
    #[must_use]
    pub fn vax(&self) -> f64 {
        self.dva_fin + self.dva_int + self.dva_intrex
    }

    /// Its value in its exports, each time that it leaves counted once: a part of its value added.
    #[must_use]
    pub fn dva_in_exports(&self) -> f64 {
        self.vax() + self.rdv_fin + self.rdv_int
    }

    /// Its value in its exports, with what leaves twice counted twice.
    #[must_use]
    pub fn domestic_content(&self) -> f64 {
        self.dva_in_exports() + self.ddc
    }

    /// Value of others in its exports: vertical specialisation, `VS`.
    #[must_use]
    pub fn vs(&self) -> f64 {
        self.fva_fin + self.fva_int + self.fdc
    }

    /// How much of its trade belongs to chains across borders, `VS + VS1`, in the unit of the flows.
    #[must_use]
    pub fn participation(&self) -> f64 {
        self.vs() + self.vs1
    }

    /// Whether it stands at the beginning of such chains (positive) or at their end (negative):
    /// `ln(1 + VS1/E) − ln(1 + VS/E)`.
    ///
    /// # Errors
    /// [`Status::ZeroDenominator`] without exports.
    pub fn position(&self) -> Result<f64, Status> {
        let forward = ratio_or_status(self.vs1, self.exports)?.ln_1p();
        let backward = ratio_or_status(self.vs(), self.exports)?.ln_1p();
        let position = forward - backward;
        if position.is_finite() { Ok(position) } else { Err(Status::ZeroDenominator) }
    }
}

/// Whose value is in the exports of every region, and where it ends up: nine terms that add up to gross exports.
///
/// # Formula
/// With blocks `B_sr` of the Leontief inverse of the whole table, `A_sr`, final demand `Y_sr` of region `r` for
/// products of `s`, value added `V_s` by unit of output, exports `E_s`, and `L_rr = (I − A_rr)⁻¹`; sums over
/// `r ≠ s` and `t ≠ s`:
/// `T1 = V_s B_ss Σ Y_sr`, `T2 = V_s Σ B_sr Y_rr`, `T3 = V_s Σ_r Σ_{t≠r} B_sr Y_rt`, `T4 = V_s Σ B_sr Y_rs`,
/// `T5 = V_s Σ B_sr A_rs L_ss Y_ss`, `T6 = V_s Σ B_sr A_rs L_ss E_s`, `T7 = Σ_t V_t B_ts Σ_r Y_sr`,
/// `T8 = Σ_t V_t B_ts Σ_r A_sr L_rr Y_rr`, `T9 = Σ_t V_t B_ts Σ_r A_sr L_rr E_r`; `VS1 = Σ_r V_s B_sr E_r`; for one country alone, `VS = u Σ_r A_rs L_ss E_s`.
/// # Source
/// Koopman, Wang and Wei (2014), eq. 36, valid for all exports of a region together; `VS1` and position: Hummels,
/// Ishii and Yi (2001); Koopman, Powers, Wang and Wei (2010); `VAX`: Johnson and Noguera (2012).
/// # Input and result
/// Needs a text column of the nodes that tells their region, and final demand by region of its users, as
/// [`Regions`](super::regions::Regions) finds them. Any text column may play the part of the region: clusters, or the
/// provinces of one country. Value added is all that a node does not buy from the table. One entry a region.
/// Self-loops are used.
/// # Cost
/// The Leontief inverse, `2 n³` operations once a graph; then `O(n² + G m)` for `G` regions: no product of matrices.
/// # Errors
/// [`MetricError::InputMissing`]; those of [`LeontiefInverse::of`](crate::kernel::leontief::LeontiefInverse::of).
/// # Example
/// One region grows, the other makes all final products: its exports are its own value, used abroad or come back.
/// ```
/// # use palenque_graph::{FinalDemand, NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::gvc_decomposition::gvc_decomposition;
/// let demand = FinalDemand::new(vec!["south".into(), "north".into()], vec![0.0, 0.0, 4.0, 6.0]);
/// let table = SupplyGraph::from_flows(["agave", "mezcal"], [(0, 1, 5.0)])?
///     .with_text("region", [Some("south"), Some("north")])
///     .with_final_demand(demand);
/// let [south, north] = &gvc_decomposition(&table, "region", &NoProgress)?[..] else { panic!() };
/// assert_eq!((south.exports, south.dva_int, south.rdv_fin), (5.0, 3.0, 2.0));
/// assert_eq!((north.exports, north.dva_fin, north.fva_fin), (4.0, 2.0, 2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gvc_decomposition(
    graph: &SupplyGraph,
    by: &str,
    progress: &dyn Progress,
) -> Result<Vec<ExportTerms>, MetricError> {
    let content = Content::of(graph, by, progress)?;
    let by_region = content.by_region();
    let (regions, n) = (&content.regions, content.n());
    let at_home: Vec<f64> = (0..n).map(|i| regions.demand_at_home(i)).collect();
    let made_at_home = content.domestic.times(&at_home);
    let made_abroad = content.domestic.times(&content.exports);
    let to_make_final = content.taken_abroad(&made_at_home);
    let to_make_exports = content.taken_abroad(&made_abroad);
    let requirements = content.economy.requirements();
    let mut all: Vec<ExportTerms> =
        regions.names.iter().map(|name| ExportTerms::of(name)).collect();
    for (s, (terms, v_b)) in all.iter_mut().zip(by_region.chunks(n.max(1))).enumerate() {
        for j in 0..n {
            let home = regions.of_node[j];
            let (abroad, returned) = (regions.demand_abroad(j), regions.demand(j)[s]);
            if home == s {
                terms.exports += content.exports[j];
                terms.vs_single += content.bought_abroad(j) * made_abroad[j];
                terms.value_added += content.v[j] * content.economy.accounts().output[j];
                terms.dva_fin += v_b[j] * abroad;
                continue;
            }
            terms.dva_int += v_b[j] * at_home[j];
            terms.dva_intrex += v_b[j] * (abroad - returned);
            terms.rdv_fin += v_b[j] * returned;
            terms.vs1 += v_b[j] * content.exports[j];
            for (k, a) in requirements.row(j).filter(|&(k, _)| regions.of_node[k] == s) {
                terms.rdv_int += v_b[j] * a * made_at_home[k];
                terms.ddc += v_b[j] * a * made_abroad[k];
            }
        }
    }
    for (t, v_b) in by_region.chunks(n.max(1)).enumerate() {
        for j in (0..n).filter(|&j| regions.of_node[j] != t) {
            let terms = &mut all[regions.of_node[j]];
            terms.fva_fin += v_b[j] * regions.demand_abroad(j);
            terms.fva_int += v_b[j] * to_make_final[j];
            terms.fdc += v_b[j] * to_make_exports[j];
        }
    }
    Ok(all)
}

/// How [`GvcDecomposition`] groups.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GvcConfig {
    by: String,
}

impl Default for GvcConfig {
    fn default() -> Self {
        Self { by: "region".into() }
    }
}

/// [`gvc_decomposition`] behind the registry.
pub struct GvcDecomposition;

static COLUMNS: [ColumnSpec; 5] = [
    ColumnSpec::text("country", "The exporting country, region or cluster."),
    ColumnSpec::text(
        "term",
        "One of the nine terms, `discrepancy`, or a figure that is made of them: `exports`, `vax`, `dva_in_exports`, \
         `domestic_content`, `vs`, `vs1`, `vs_single`, `gvc_participation`, \
         `gvc_position`.",
    ),
    ColumnSpec::number("value", Unit::Currency, "The value; empty for `gvc_position`."),
    ColumnSpec::number(
        "share",
        Unit::One,
        "By unit of gross exports: that of `vax` is the VAX ratio; the index itself for `gvc_position`.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "gvc_decomposition",
    family: Family::Linkage,
    summary: "Whose value is in the exports of a region, and where it ends up: the nine terms of Koopman, Wang and Wei.",
    formula: "E_s = V_s B_ss ΣY_sr (dva_fin) + V_s ΣB_sr Y_rr (dva_int) + V_s ΣΣ_{t≠s,r} B_sr Y_rt (dva_intrex) + \
              V_s ΣB_sr Y_rs (rdv_fin) + V_s ΣB_sr A_rs L_ss Y_ss (rdv_int) + V_s ΣB_sr A_rs L_ss E_s (ddc) + \
              ΣV_t B_ts ΣY_sr (fva_fin) + ΣV_t B_ts ΣA_sr L_rr Y_rr (fva_int) + ΣV_t B_ts ΣA_sr L_rr E_r (fdc), sums \
              over r, t ≠ s; L_rr = (I − A_rr)^-1; vax = the three dva; dva_in_exports = vax + rdv; \
              domestic_content = dva_in_exports + ddc; vs = fva + fdc; vs1 = ΣV_s B_sr E_r; vs_single = Σ u A_rs L_ss E_s; \
              gvc_participation = vs + vs1; gvc_position = ln(1 + vs1/E_s) − ln(1 + vs/E_s)",
    source: "Koopman, Wang and Wei (2014), eq. 36; Hummels, Ishii and Yi (2001); Koopman, Powers, Wang and Wei (2010); \
             Johnson and Noguera (2012)",
    reading: "dva = own value used abroad, rdv = own value that returns, fva = others' value, ddc and fdc = counted \
              again because it crosses borders again. A high share of vs: assembles from others' parts; of vs1: makes \
              parts for others' exports. vs_single is vs as a table of one country shows it: own value that comes back in \
              inputs counts as others'. gvc_position above 0 = at the beginning of chains across borders, below 0 = at \
              their end. Value added is all that is not bought from nodes of the table; `discrepancy` is not 0 only \
              where sales and final demand do not add up to output. For all exports of a region together: by \
              destination and sector use `gvc_bilateral`. Self-loops are used.",
    cost: "the Leontief inverse, 2 n³ operations once a graph; then O(n² + G m) for G regions",
    needs: &["region"],
    params: &[ParamSpec {
        name: "by",
        default: "region",
        meaning: "The text column of the nodes whose values play countries.",
    }],
    outputs: &[Output { table: TableId::GvcDecomposition, columns: &COLUMNS }],
    core: false,
};

impl Metric for GvcDecomposition {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: GvcConfig = params.decode()?;
        let mut rows = Rows::new(&COLUMNS);
        for region in gvc_decomposition(graph, &config.by, progress)? {
            let figures = [
                ("discrepancy", region.discrepancy()),
                ("exports", region.exports),
                ("vax", region.vax()),
                ("dva_in_exports", region.dva_in_exports()),
                ("domestic_content", region.domestic_content()),
                ("vs", region.vs()),
                ("vs1", region.vs1),
                ("vs_single", region.vs_single),
                ("gvc_participation", region.participation()),
            ];
            for (term, value) in region.terms().into_iter().chain(figures) {
                let share = ratio_or_status(value, region.exports);
                rows.push([(&*region.region).into(), term.into(), value.into(), share.into()]);
            }
            let position = region.position().into();
            rows.push([(&*region.region).into(), "gvc_position".into(), Cell::Gap, position]);
        }
        Ok(vec![rows.table(TableId::GvcDecomposition)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
