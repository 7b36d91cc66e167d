//! Creation and destruction of links, by their flows.

use super::davis_haltiwanger::gross_flows;
use super::firm_reallocation::flow_columns;
use super::links::links;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, Scope};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{PeriodPair, Progress, Table, TableId};

/// Growth and decline of links from one period to the next: [`gross_flows`] of what runs on them.
pub struct LinkReallocation;

const fn share(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec::number(name, Unit::One, meaning)
}

static COLUMNS: [ColumnSpec; 9] = [
    share("dh_link_creation", "Growth of links that grew, by the mean of both totals."),
    share("dh_link_destruction", "Decline of links that shrank, by the mean of both totals."),
    share("dh_link_net", "Creation less destruction of links."),
    share("dh_link_reallocation", "Creation and destruction of links together."),
    share("dh_link_excess", "Reallocation of links beyond what the net change needs."),
    share("dh_link_entry", "Creation by new links."),
    share("dh_link_exit", "Destruction by links that are gone."),
    share("dh_link_expansion", "Creation by links that were there before."),
    share("dh_link_contraction", "Destruction by links that are still there."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "link_reallocation",
    family: Family::Change,
    summary: "How much flow moves between links behind the net change.",
    formula: "g_ij = (Z_ij,t − Z_ij,t−1)/((Z_ij,t + Z_ij,t−1)/2); z_ij = mean flow of the link / Σ; creation = Σ_{g>0} z g; \
              destruction = Σ_{g<0} z |g|; excess = C + D − |C − D|",
    source: "Davis, Haltiwanger and Schuh (1996), of links in place of firms",
    reading: "dh_link_excess above dh_excess = firms change partners without changing their size. dh_link_entry and dh_link_exit are what \
              new and broken relationships carry. Flows must be in the prices of one year. Self-loops are no links.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::TemporalNetwork, columns: &COLUMNS }],
    core: false,
};

impl Metric for LinkReallocation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Pair
    }

    fn compare(
        &self,
        pair: &PeriodPair<'_>,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let both = links(pair.from, pair.to);
        let flows = both.map(|link| (link.before.unwrap_or(0.0), link.after.unwrap_or(0.0)));
        let columns = flow_columns(&COLUMNS, gross_flows(flows));
        Ok(vec![Table::new(TableId::TemporalNetwork, columns)])
    }
}
