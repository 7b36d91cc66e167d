//! Exports of every sector to every region by whose value is in them.

use super::gvc_content::Content;
use crate::kernel::condition;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Rows, STATUS};
use crate::params::did_you_mean;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// The names of the sixteen terms, in order.
pub static TERMS: [&str; 16] = [
    "dva_fin",
    "dva_int",
    "dva_intrex_i1",
    "dva_intrex_f",
    "dva_intrex_i2",
    "rdv_int",
    "rdv_fin",
    "rdv_fin2",
    "ova_fin",
    "mva_fin",
    "ova_int",
    "mva_int",
    "ddc_fin",
    "ddc_int",
    "odc",
    "mdc",
];

/// What a node sells to one other region, decomposed.
#[derive(Clone, Debug, PartialEq)]
pub struct BilateralTerms {
    /// The selling node.
    pub node: usize,
    /// The buyers' region, by its place in [`Bilateral::regions`].
    pub destination: usize,
    /// All that is sold there, to producers and final users.
    pub exports: f64,
    /// The sixteen terms, in the order of [`TERMS`].
    pub terms: [f64; 16],
}

/// Exports between regions, decomposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Bilateral {
    /// Names of the regions.
    pub regions: Vec<Box<str>>,
    /// The region of every node.
    pub of_node: Vec<usize>,
    /// One entry a selling node and region that buys of it, in this order.
    pub rows: Vec<BilateralTerms>,
}

/// Whose value is in what every sector sells to every other region: sixteen terms that add up to those exports.
///
/// # Formula
/// In the notation of [`gvc_decomposition`](super::gvc_decomposition::gvc_decomposition), element by element for
/// sectors, `r ≠ s` the destination, `t ≠ s, r` third regions, `v = V_s L_ss`, `w = V_s B_ss`:
/// `dva_fin = w # Y_sr`; `dva_int = v # A_sr B_rr Y_rr`; `dva_intrex_i1 = v # A_sr Σ_t B_rt Y_tt`;
/// `dva_intrex_f = v # A_sr B_rr Σ_t Y_rt`; `dva_intrex_i2 = v # A_sr Σ_t B_rt Σ_{u≠s,t} Y_tu`;
/// `rdv_int = v # A_sr B_rs Y_ss`; `rdv_fin = v # A_sr B_rr Y_rs`; `rdv_fin2 = v # A_sr Σ_t B_rt Y_ts`;
/// `ova_fin = (Σ_t V_t B_ts) # Y_sr`; `mva_fin = (V_r B_rs) # Y_sr`; `ova_int`, `mva_int`: the same `# A_sr L_rr Y_rr`;
/// `ddc_fin = v # A_sr B_rs Σ_{t≠s} Y_st`; `ddc_int = (w − v) # A_sr x_r`; `odc`, `mdc`: as `ova`, `mva`, `# A_sr L_rr E_r`.
/// # Source
/// Wang, Wei and Zhu (2013), eq. 37; names as in the R package decompr.
/// # Input and result
/// As [`gvc_decomposition`](super::gvc_decomposition::gvc_decomposition). One row a node and region that it sells to.
/// Added up over sectors and destinations, the terms are the nine of Koopman, Wang and Wei.
/// # Cost
/// The Leontief inverse once a graph; then `O(n² G + n G² + m G)` for `G` regions.
/// # Errors
/// [`MetricError::InputMissing`]; those of [`LeontiefInverse::of`](crate::kernel::leontief::LeontiefInverse::of).
/// # Example
/// ```
/// # use palenque_graph::{FinalDemand, NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::gvc_bilateral::gvc_bilateral;
/// let demand = FinalDemand::new(vec!["south".into(), "north".into()], vec![0.0, 0.0, 4.0, 6.0]);
/// let table = SupplyGraph::from_flows(["agave", "mezcal"], [(0, 1, 5.0)])?
///     .with_text("region", [Some("south"), Some("north")])
///     .with_final_demand(demand);
/// let exports = gvc_bilateral(&table, "region", &NoProgress)?;
/// let agave = &exports.rows[0];
/// assert_eq!((agave.exports, agave.terms[1], agave.terms[6]), (5.0, 3.0, 2.0)); // dva_int and rdv_fin
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gvc_bilateral(
    graph: &SupplyGraph,
    by: &str,
    progress: &dyn Progress,
) -> Result<Bilateral, MetricError> {
    let content = Content::of(graph, by, progress)?;
    let exports = Exports::of(&content);
    let mut rows = Vec::new();
    for node in graph.node_indices() {
        exports.add_rows(node, &mut rows);
    }
    let of_node = content.regions.of_node.clone();
    Ok(Bilateral { regions: content.regions.names, of_node, rows })
}

/// What becomes of a unit of output of a node that another region bought inputs for.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    int: f64,
    intrex_i1: f64,
    intrex_f: f64,
    intrex_i2: f64,
    rdv_int: f64,
    rdv_fin: f64,
    rdv_fin2: f64,
    ddc_fin: f64,
}

impl Uses {
    fn add(&mut self, a: f64, other: &Self) {
        self.int += a * other.int;
        self.intrex_i1 += a * other.intrex_i1;
        self.intrex_f += a * other.intrex_f;
        self.intrex_i2 += a * other.intrex_i2;
        self.rdv_int += a * other.rdv_int;
        self.rdv_fin += a * other.rdv_fin;
        self.rdv_fin2 += a * other.rdv_fin2;
        self.ddc_fin += a * other.ddc_fin;
    }
}

/// All that the terms are made of.
struct Exports<'c, 'g> {
    content: &'c Content<'g>,
    /// For every node, seen from every region that supplies it from abroad.
    uses: Vec<Vec<Uses>>,
    by_region: Vec<f64>,
    own: Vec<f64>,
    made_at_home: Vec<f64>,
    made_abroad: Vec<f64>,
}

impl<'c, 'g> Exports<'c, 'g> {
    fn of(content: &'c Content<'g>) -> Self {
        let regions = &content.regions;
        let at_home: Vec<f64> = (0..content.n()).map(|i| regions.demand_at_home(i)).collect();
        Self {
            content,
            uses: content.inverse.map_rows(|i, row| uses(content, regions.of_node[i], row)),
            by_region: content.by_region(),
            own: content.domestic.row_times(&content.v),
            made_at_home: content.domestic.times(&at_home),
            made_abroad: content.domestic.times(&content.exports),
        }
    }

    fn add_rows(&self, node: NodeIndex, rows: &mut Vec<BilateralTerms>) {
        let (content, j) = (self.content, node.index());
        let (regions, output) = (&content.regions, &content.economy.accounts().output);
        let (home, n) = (regions.of_node[j], content.n());
        let mut trade = vec![Trade::default(); regions.len()];
        for (k, flow) in content.economy.graph().customers(node).map(|(k, z)| (k.index(), z)) {
            let to = regions.of_node[k];
            if to == home || !(flow > 0.0) {
                continue;
            }
            let (trade, a) = (&mut trade[to], flow / output[k]);
            trade.inputs += flow;
            trade.for_home += a * self.made_at_home[k];
            trade.for_exports += a * self.made_abroad[k];
            trade.uses.add(a, &self.uses[k][home]);
        }
        let (v, w) = (self.own[j], self.by_region[home * n + j]);
        for (to, trade) in trade.iter().enumerate().filter(|&(to, _)| to != home) {
            let (y, uses) = (regions.demand(j)[to], &trade.uses);
            let exports = trade.inputs + y;
            if exports == 0.0 {
                continue;
            }
            let theirs = self.by_region[to * n + j];
            let third = (0..regions.len()).filter(|&t| t != home && t != to);
            let others: f64 = third.map(|t| self.by_region[t * n + j]).sum();
            let terms = [
                w * y,
                v * uses.int,
                v * uses.intrex_i1,
                v * uses.intrex_f,
                v * uses.intrex_i2,
                v * uses.rdv_int,
                v * uses.rdv_fin,
                v * uses.rdv_fin2,
                others * y,
                theirs * y,
                others * trade.for_home,
                theirs * trade.for_home,
                v * uses.ddc_fin,
                (w - v) * trade.inputs,
                others * trade.for_exports,
                theirs * trade.for_exports,
            ];
            rows.push(BilateralTerms { node: j, destination: to, exports, terms });
        }
    }
}

/// What one node sells to one region.
#[derive(Clone, Copy, Debug, Default)]
struct Trade {
    inputs: f64,
    for_home: f64,
    for_exports: f64,
    uses: Uses,
}

/// What becomes of a unit of output of a node of region `r`, seen from every other region `s`.
fn uses(content: &Content<'_>, r: usize, row: &[f64]) -> Vec<Uses> {
    let regions = &content.regions;
    let g = regions.len();
    // Output that ends in final products of `t`, used in `u`.
    let mut used = vec![0.0; g * g];
    for (j, l) in row.iter().enumerate().filter(|(_, l)| **l != 0.0) {
        let products = &mut used[regions.of_node[j] * g..][..g];
        products.iter_mut().zip(regions.demand(j)).for_each(|(sum, y)| *sum += l * y);
    }
    let at = |t: usize, u: usize| used[t * g + u];
    let abroad: Vec<f64> =
        (0..g).map(|t| (0..g).filter(|&u| u != t).map(|u| at(t, u)).sum()).collect();
    let seen_from = |s: usize| {
        let third = || (0..g).filter(|&t| t != s && t != r);
        Uses {
            int: at(r, r),
            intrex_i1: third().map(|t| at(t, t)).sum(),
            intrex_f: third().map(|u| at(r, u)).sum(),
            intrex_i2: third().map(|t| abroad[t] - at(t, s)).sum(),
            rdv_int: at(s, s),
            rdv_fin: at(r, s),
            rdv_fin2: third().map(|t| at(t, s)).sum(),
            ddc_fin: abroad[s],
        }
    };
    (0..g).map(|s| if s == r { Uses::default() } else { seen_from(s) }).collect()
}

/// How [`GvcBilateral`] groups and what it shows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BilateralConfig {
    by: String,
    country: String,
}

impl Default for BilateralConfig {
    fn default() -> Self {
        Self { by: "region".into(), country: String::new() }
    }
}

/// [`gvc_bilateral`] behind the registry.
pub struct GvcBilateral;

static COLUMNS: [ColumnSpec; 7] = [
    ColumnSpec::text("country", "The exporting country, region or cluster."),
    ColumnSpec::text(
        "sector",
        "The exporting node: its `sector` where no two nodes of a region share one, else its id.",
    ),
    ColumnSpec::text("destination", "The region of the buyers."),
    ColumnSpec::text("term", "One of the sixteen terms, or `exports`, their sum."),
    ColumnSpec::number("value", Unit::Currency, "The value."),
    ColumnSpec::number("share", Unit::One, "By unit of what the sector sells to the destination."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "gvc_bilateral",
    family: Family::Linkage,
    summary: "Whose value is in what a sector sells to another region: the sixteen terms of Wang, Wei and Zhu.",
    formula: "with v = V_s L_ss, w = V_s B_ss, t ≠ s, r: dva_fin = w # Y_sr; dva_int = v # A_sr B_rr Y_rr; \
              dva_intrex_i1 = v # A_sr ΣB_rt Y_tt; dva_intrex_f = v # A_sr B_rr ΣY_rt; \
              dva_intrex_i2 = v # A_sr ΣB_rt Σ_{u≠s,t} Y_tu; rdv_int = v # A_sr B_rs Y_ss; rdv_fin = v # A_sr B_rr Y_rs; \
              rdv_fin2 = v # A_sr ΣB_rt Y_ts; ova_fin = ΣV_t B_ts # Y_sr; mva_fin = V_r B_rs # Y_sr; ova_int, mva_int: \
              # A_sr L_rr Y_rr; ddc_fin = v # A_sr B_rs Σ_{t≠s} Y_st; ddc_int = (w − v) # A_sr x_r; odc, mdc: # A_sr L_rr E_r",
    source: "Wang, Wei and Zhu (2013), eq. 37",
    reading: "dva = own value used abroad: in final products, in inputs for what the buyer uses (int), in inputs that go on \
              to third regions (intrex); rdv = own value that returns; ova and mva = value of third regions and of the \
              buyer's own; ddc, odc, mdc = counted again. Added up over sectors and destinations they are the nine terms \
              of `gvc_decomposition`. Pairs without trade have no rows. Self-loops are used.",
    cost: "the Leontief inverse, 2 n³ operations once a graph; then O(n² G + n G² + m G) for G regions; 17 rows a node \
           and destination",
    needs: &["region"],
    params: &[
        ParamSpec {
            name: "by",
            default: "region",
            meaning: "The text column of the nodes whose values play countries.",
        },
        ParamSpec {
            name: "country",
            default: "",
            meaning: "Shows the exports of this country only; empty = of all.",
        },
    ],
    outputs: &[Output { table: TableId::GvcBilateral, columns: &COLUMNS }],
    core: false,
};

impl Metric for GvcBilateral {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let BilateralConfig { by, country } = params.decode()?;
        let found = gvc_bilateral(graph, &by, progress)?;
        check_country(&country, &found.regions)?;
        let sector = sector_names(graph, &found.of_node);
        let mut rows = Rows::new(&COLUMNS);
        for row in &found.rows {
            let from = &*found.regions[found.of_node[row.node]];
            if !country.is_empty() && from != country {
                continue;
            }
            let keys = [from, sector[row.node], &found.regions[row.destination]];
            let total = ("exports", row.exports);
            for (term, value) in TERMS.into_iter().zip(row.terms).chain([total]) {
                let [from, sector, to] = keys.map(Into::into);
                let share = ratio_or_status(value, row.exports);
                rows.push([from, sector, to, term.into(), value.into(), share.into()]);
            }
        }
        Ok(vec![rows.table(TableId::GvcBilateral)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}

fn check_country(country: &str, regions: &[Box<str>]) -> Result<(), ParamError> {
    if country.is_empty() || regions.iter().any(|name| **name == *country) {
        return Ok(());
    }
    let hint = did_you_mean(country, regions.iter().map(|name| &**name));
    Err(ParamError::NotThere(format!("no node is in `{country}`{hint}")))
}

/// What each node is called: its sector, if that tells the nodes of every region apart.
fn sector_names<'g>(graph: &'g SupplyGraph, of_node: &[usize]) -> Vec<&'g str> {
    let by_id = || graph.node_indices().map(|i| graph.node_id(i)).collect();
    let Some(column) = graph.nodes().text("sector") else { return by_id() };
    let Some(codes) = (0..graph.n_nodes()).map(|i| column.code(i)).collect::<Option<Vec<u32>>>()
    else {
        return by_id();
    };
    let mut pairs: Vec<(usize, u32)> = of_node.iter().copied().zip(codes.iter().copied()).collect();
    pairs.sort_unstable();
    if pairs.windows(2).any(|pair| pair[0] == pair[1]) {
        return by_id();
    }
    codes.into_iter().map(|code| column.level(code)).collect()
}
