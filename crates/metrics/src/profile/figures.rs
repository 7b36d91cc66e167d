//! The twelve indices, each as one figure of one network.

use crate::composite::components;
use crate::null::NullModel;
use crate::resilience::essentiality::ESSENTIAL;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, Params, SideSpec, find,
    network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What one network tells about an index.
type Of = fn(&SupplyGraph, &Params, &dyn Progress) -> Result<f64, MetricError>;

/// One of the twelve.
pub(super) struct Index {
    /// The words of the study.
    pub(super) phrase: &'static str,
    /// The name, the unit and what it is.
    pub(super) column: ColumnSpec,
    /// Random networks it is set beside.
    pub(super) null: Option<NullModel>,
    /// How it is computed; `None` for what compares periods.
    pub(super) of: Option<Of>,
    /// What the value says; `{}` stands for it.
    pub(super) sentence: &'static str,
}

/// Firms within so many metres are near.
pub(super) const NEAR: f64 = 10_000.0;

pub(super) static INDICES: [Index; 12] = [
    Index {
        phrase: "clustering of small firms",
        column: ColumnSpec::number(
            "localisation",
            Unit::One,
            "Marcon and Puech's M within 10 km, mean over trades.",
        ),
        null: Some(NullModel::Labels),
        of: Some(|graph, _, progress| known(components::localisation(graph, NEAR, progress)?)),
        sentence: "Within 10 km of a firm, its own trade is {} times as common as among all firms of the data{then}.",
    },
    Index {
        phrase: "collective efficiency: what neighbours give without trying",
        column: ColumnSpec::number(
            "shared_partners",
            Unit::One,
            "How alike the partners of two firms of one trade are: mean cosine.",
        ),
        null: Some(NullModel::StageRewire),
        of: Some(|graph, _, progress| known(components::shared(graph, progress)?)),
        sentence: "Two firms of one trade, on average, share suppliers and customers to a degree of {}{then}; 0 = none, 1 = all.",
    },
    Index {
        phrase: "collective efficiency: what they do together",
        column: ColumnSpec::number(
            "joint_action_index",
            Unit::One,
            "Cooperation with peers, suppliers and buyers, and membership of associations.",
        ),
        null: Some(NullModel::Labels),
        of: Some(|graph, _, progress| {
            figure(graph, "joint_action", "joint_action_index", &Params::default(), progress)
        }),
        sentence: "Joint action comes to {}{then}; 0 = nobody cooperates, 1 = all do who could.",
    },
    Index {
        phrase: "division of labour",
        column: ColumnSpec::number(
            "dol_specialization",
            Unit::One,
            "How much of what is done is told by who does it.",
        ),
        null: None,
        of: Some(|graph, params, progress| {
            let params = params.only_side("tasks").with("replicates", 1.into());
            figure(graph, "division_of_labour", "dol_specialization", &params, progress)
        }),
        sentence: "Knowing who works tells {%} of what is done in an hour of work{then}; all of it where every firm does one thing only.",
    },
    Index {
        phrase: "fragmentation of the labour process",
        column: ColumnSpec::number(
            "production_fragmentation_index",
            Unit::One,
            "How far stages are split among firms.",
        ),
        null: Some(NullModel::Labels),
        of: Some(|graph, _, progress| {
            figure(
                graph,
                "production_fragmentation",
                "production_fragmentation_index",
                &Params::default(),
                progress,
            )
        }),
        sentence: "Each stage is split among firms to a degree of {}{then}, on average; 0 = one firm does all, near 1 = many of equal size.",
    },
    Index {
        phrase: "vertical relationships",
        column: ColumnSpec::number(
            "vertical_flow_share",
            Unit::One,
            "Share of flow to a later stage.",
        ),
        null: Some(NullModel::Rewire),
        of: Some(|graph, _, progress| {
            figure(graph, "stage_linkages", "vertical_flow_share", &Params::default(), progress)
        }),
        sentence: "{%} of what firms sell each other goes to a later stage of production{then}.",
    },
    Index {
        phrase: "horizontal relationships",
        column: ColumnSpec::number(
            "horizontal_cooperation",
            Unit::One,
            "Share of pairs of firms of one trade that cooperate.",
        ),
        null: Some(NullModel::Labels),
        of: Some(|graph, _, progress| {
            figure(graph, "joint_action", "joint_action_horizontal", &Params::default(), progress)
        }),
        sentence: "Of all possible pairs of firms of one trade, {%} cooperate{then}.",
    },
    Index {
        phrase: "relationships that change fast",
        column: ColumnSpec::number(
            "link_turnover",
            Unit::One,
            "Share of the links of this period and the one before that are in only one of them.",
        ),
        null: None,
        of: None,
        sentence: "Of all links between firms in this period and the one before, {%} are new or gone{then}.",
    },
    Index {
        phrase: "quick changes in production levels",
        column: ColumnSpec::number(
            "surge_lambda",
            Unit::One,
            "The factor by which all final sales could be made at once.",
        ),
        null: Some(NullModel::StageRewire),
        of: Some(|graph, params, progress| {
            if graph.nodes().number("capacity").is_none() {
                return Err(missing("node column `capacity`"));
            }
            figure(
                graph,
                "surge_capacity_lp",
                "surge_lambda",
                &params.only_side(ESSENTIAL.name),
                progress,
            )
        }),
        sentence: "Present capacities would allow {} times today's sales to final buyers, of all products alike{then}.",
    },
    Index {
        phrase: "independence from complex technology",
        column: ColumnSpec::number(
            "simple_technology_share",
            Unit::One,
            "Share of output of firms whose technology is simple.",
        ),
        null: None,
        of: Some(|graph, _, _| simple_technology(graph)),
        sentence: "Firms that the data say work with simple technology make {%} of output{then}.",
    },
    Index {
        phrase: "backward and forward linkages",
        column: ColumnSpec::number(
            "gross_output_multiplier",
            Unit::One,
            "Output of all firms by final sales.",
        ),
        null: None,
        of: Some(|graph, _, _| {
            let accounts = Accounts::of(graph);
            let (made, sold): (f64, f64) =
                (accounts.output.iter().sum(), accounts.final_demand.iter().sum());
            known((sold > 0.0).then(|| made / sold))
        }),
        sentence: "For every 1 sold to final buyers, firms along the chain together produce {}{then}: each sells on what others made.",
    },
    Index {
        phrase: "how much a disruption hurts",
        column: ColumnSpec::number(
            "esri_mean",
            Unit::One,
            "Share of output that is lost when a firm fails, mean over firms.",
        ),
        null: Some(NullModel::StageRewire),
        of: Some(|graph, params, progress| {
            let params = params.only_side(ESSENTIAL.name).with("bounds", 0.into());
            figure(graph, "systemic_risk", "esri_mean", &params, progress)
        }),
        sentence: "If one firm fails, {%} of all output is lost in the end{then}, on average over firms; less = better protected.",
    },
];

fn missing(what: &str) -> MetricError {
    MetricError::InputMissing { what: what.to_owned() }
}

fn known(value: Option<f64>) -> Result<f64, MetricError> {
    value.filter(|x| x.is_finite()).ok_or_else(|| missing("more to compute it from"))
}

/// A figure that a metric of the registry gives.
fn figure(
    graph: &SupplyGraph,
    metric: &str,
    figure: &str,
    params: &Params,
    progress: &dyn Progress,
) -> Result<f64, MetricError> {
    let tables =
        find(metric).expect("a metric of the registry").compute(graph, params, progress)?;
    let of_table = |table: &Table| {
        let mut rows = 0..table.n_rows();
        let row = rows.find(|&row| table.text("metric", row) == Some(figure))?;
        table.number("value", row)
    };
    let summary = tables.iter().filter(|table| table.id() == TableId::NetworkSummary);
    known(summary.into_iter().find_map(of_table))
}

/// What firms make whose `technology` says `simple`, by what all make of which it is known.
fn simple_technology(graph: &SupplyGraph) -> Result<f64, MetricError> {
    let column = graph.nodes().text("technology");
    let column = column.ok_or_else(|| missing("node column `technology` (simple, complex)"))?;
    let output = Accounts::of(graph).output;
    let (mut simple, mut all) = (0.0, 0.0);
    for (v, output) in output.iter().enumerate() {
        if let Some(technology) = column.get(v) {
            all += output;
            if technology.eq_ignore_ascii_case("simple") {
                simple += output;
            }
        }
    }
    known((all > 0.0).then(|| simple / all))
}

/// The indices as figures of one network, for those who draw networks: all of them, or those that are set beside one kind.
pub(super) struct Figures(pub(super) Option<NullModel>);

static FIGURES: [ColumnSpec; 0] = [];

static SPEC: MetricSpec = MetricSpec {
    name: "profile",
    family: Family::Composite,
    summary: "Twelve indices of the vocabulary of industrial districts.",
    formula: "see each of them",
    source: "Toolkit definition after Verschoor (1996)",
    reading: "See each of them.",
    cost: "what they cost",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: false,
};

impl Metric for Figures {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn sides(&self) -> &'static [SideSpec] {
        &[]
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        let mut figures = Vec::new();
        for index in &INDICES {
            let is_asked = self.0.is_none_or(|model| index.null == Some(model));
            let Some(of) = index.of.filter(|_| is_asked) else { continue };
            let value = match of(graph, params, progress) {
                Err(MetricError::Cancelled) => return Err(MetricError::Cancelled),
                other => other.map_err(|_| Status::InputMissing),
            };
            figures.push(Figure::new(&index.column, value));
        }
        Ok(vec![network_summary(&figures)])
    }
}
