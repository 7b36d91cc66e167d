//! The charts: one file each, one entry a line, in alphabetical order.

mod alluvial;
mod apl_chain;
mod bow_tie;
mod cascade;
mod ccdf;
mod chord;
mod collective_efficiency;
mod esri_profile;
mod extraction;
mod field_of_influence;
mod firm_tasks;
mod flows_sankey;
mod gvc_participation;
mod heatmap;
mod input;
mod io_heatmap;
mod key_sectors;
mod link_survival;
mod lorenz;
mod map;
mod matrix;
mod moran_scatter;
mod network;
mod null_models;
mod rank_flow;
mod ranking;
mod robustness_curve;
mod rows;
mod shock_path;
mod spatial_curve;
mod stage_concentration;
mod stage_linkages;
mod supply_chain;
mod surge_bottlenecks;
mod trend;
mod trophic_layout;

use crate::{ReportError, Style};
use palenque_graph::{Panel, Table, TableId};
use std::collections::BTreeMap;

/// What a chart says about itself.
#[derive(Clone, Copy, Debug)]
pub struct ChartSpec {
    /// The name in `palenque draw NAME`.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub summary: &'static str,
    /// How to read it, in one or two sentences.
    pub reading: &'static str,
    /// Tables it needs.
    pub needs: &'static [TableId],
    /// Whether it needs the network itself.
    pub needs_network: bool,
    /// Its options: name, default, meaning.
    pub options: &'static [(&'static str, &'static str, &'static str)],
}

/// What a chart is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct ChartInput<'a> {
    /// Finished tables.
    pub tables: &'a [Table],
    /// The network, where there is one.
    pub panel: Option<&'a Panel>,
}

impl<'a> ChartInput<'a> {
    /// The table of this id.
    ///
    /// # Errors
    /// [`ReportError::InputMissing`] when it is not there.
    pub fn table(&self, id: TableId) -> Result<&'a Table, ReportError> {
        let found = self.tables.iter().find(|t| t.id() == id);
        found.ok_or_else(|| ReportError::InputMissing { what: format!("table `{id}`") })
    }
}

/// Options by name, as text: `column=pagerank`, `top=20`, `period=2021`, `title=…`.
pub type ChartOptions = BTreeMap<String, String>;

/// A finished figure.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The picture, complete and valid as a file and inside a page.
    pub svg: String,
    /// The plotted data as CSV.
    pub csv: String,
    /// The picture in words, made from the data.
    pub alt: String,
    /// The title drawn on it.
    pub title: String,
    /// The figure as a Vega-Lite document with its data inline, for those who want to change it; not every chart
    /// has one.
    pub vega_lite: Option<String>,
}

/// A kind of figure.
pub trait Chart: Sync {
    /// What it is.
    fn spec(&self) -> &'static ChartSpec;

    /// Draws it.
    ///
    /// # Errors
    /// [`ReportError`] when something it needs is missing or there is nothing to draw.
    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError>;
}

static CHARTS: &[&dyn Chart] = &[
    &alluvial::Alluvial,
    &apl_chain::AplChain,
    &bow_tie::BowTie,
    &cascade::Cascade,
    &ccdf::Ccdf,
    &chord::Chord,
    &collective_efficiency::CollectiveEfficiency,
    &esri_profile::EsriProfile,
    &extraction::Extraction,
    &field_of_influence::FieldOfInfluence,
    &firm_tasks::FirmTasks,
    &flows_sankey::FlowsSankey,
    &gvc_participation::GvcParticipation,
    &io_heatmap::IoHeatmap,
    &key_sectors::KeySectors,
    &link_survival::LinkSurvival,
    &lorenz::Lorenz,
    &map::Map,
    &moran_scatter::MoranScatter,
    &network::Network,
    &null_models::NullModels,
    &rank_flow::RankFlow,
    &ranking::Ranking,
    &robustness_curve::RobustnessCurve,
    &shock_path::ShockPath,
    &spatial_curve::SpatialCurve,
    &stage_concentration::StageConcentration,
    &stage_linkages::StageLinkages,
    &supply_chain::SupplyChain,
    &surge_bottlenecks::SurgeBottlenecks,
    &trend::Trend,
    &trophic_layout::TrophicLayout,
];

/// Every chart, in alphabetical order.
pub fn all() -> impl Iterator<Item = &'static dyn Chart> {
    CHARTS.iter().copied()
}

/// The chart of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Chart> {
    all().find(|chart| chart.spec().name == name)
}
