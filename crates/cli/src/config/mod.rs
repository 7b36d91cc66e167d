//! A pipeline: what is read, which steps are made of it, and where results go.
//!
//! `palenque.toml` is one; so is what `measure`, `draw` and `report` are told on the command line.

pub(crate) mod check;
mod read;
pub(crate) mod resolved;
pub(crate) mod schema;
mod section;
mod source;
mod tree;

pub(crate) use read::{from_tree, read};
pub(crate) use resolved::{quoted as toml_quoted, resolved, toml_text};
pub(crate) use source::Source;
pub(crate) use tree::{Item, Tree};

use palenque_frame::{CsvStyle, TableFormat};
use palenque_ingest::{Inputs, Policy};
use palenque_metrics::Params;
use palenque_metrics::null::NullModel;
use palenque_report::{ChartOptions, Preset, Theme};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The newest version of `palenque.toml` that this program reads.
pub(crate) const VERSION: i64 = 1;

/// A pipeline.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// The seed of everything random.
    pub(crate) seed: u64,
    /// The files, relative to the base.
    pub(crate) inputs: Inputs,
    /// How they are read.
    pub(crate) policy: Policy,
    /// Where results go.
    pub(crate) output: Output,
    /// What may be used up.
    pub(crate) limits: Limits,
    /// The steps, each after those it needs.
    pub(crate) steps: Vec<Step>,
}

/// Where results go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Output {
    /// The folder, relative to the base.
    pub(crate) dir: PathBuf,
    /// Whether tables lie in `tables/` and figures in `figures/`, or all at the top.
    pub(crate) layout: Layout,
    /// Formats of tables.
    pub(crate) formats: Vec<TableFormat>,
    /// Formats of figures.
    pub(crate) figures: Vec<FigureFormat>,
    /// Dots per inch of PNG files.
    pub(crate) dpi: u32,
    /// Whether figures have a source line.
    pub(crate) caption: bool,
    /// What the source line adds, such as that the data are synthetic.
    pub(crate) note: Option<String>,
    /// Concessions to spreadsheets.
    pub(crate) csv: CsvStyle,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("out"),
            layout: Layout::Folders,
            formats: vec![TableFormat::Csv],
            figures: vec![FigureFormat::Svg],
            dpi: 300,
            caption: true,
            note: None,
            csv: CsvStyle::default(),
        }
    }
}

/// How an output folder is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `tables/`, `figures/`, `report.html`, `datapackage.json`, `README.txt`.
    Folders,
    /// The files asked for and `run.json`.
    Flat,
}

impl Layout {
    /// The name in `palenque.toml`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Folders => "folders",
            Self::Flat => "flat",
        }
    }
}

/// A format of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FigureFormat {
    /// Scalable vector graphics.
    Svg,
    /// Pixels.
    Png,
    /// A page of that size, for documents.
    Pdf,
}

impl FigureFormat {
    /// Every format.
    pub(crate) const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Pdf];

    /// The names of all.
    pub(crate) fn names() -> [&'static str; 3] {
        Self::ALL.map(Self::extension)
    }

    /// The extension, which is also the name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The format of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.extension() == name)
    }
}

/// What may be used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Memory for reading or a full matrix, in bytes.
    pub(crate) memory: Option<u64>,
    /// Time.
    pub(crate) time: Option<Duration>,
}

/// One step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Its name, also of its files.
    pub(crate) id: String,
    /// The steps whose results it uses; none means all before it.
    pub(crate) needs: Vec<String>,
    /// What it does.
    pub(crate) work: Work,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Computes indices.
    Measure(Measure),
    /// Draws a figure.
    Draw(Draw),
    /// Makes a page.
    Report(Report),
}

impl Work {
    /// The name in `palenque.toml`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Measure(_) => "measure",
            Self::Draw(_) => "draw",
            Self::Report(_) => "report",
        }
    }
}

/// Computes indices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measure {
    /// Columns, metrics and families; none means the core set.
    pub(crate) metrics: Vec<String>,
    /// The node column whose groups become nodes first.
    pub(crate) by: Option<String>,
    /// Parameters by metric.
    pub(crate) params: BTreeMap<String, Params>,
    /// Files of side tables by name, relative to the base.
    pub(crate) sides: BTreeMap<String, PathBuf>,
    /// The file of the one table that the step fills, instead of `tables/`.
    pub(crate) to: Option<String>,
    /// Random networks to set the results beside.
    pub(crate) chance: Chances,
}

/// How many random networks there are if nobody says.
pub(crate) const REPLICATES: usize = 999;

/// Random networks to set results beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chances {
    /// What they keep of the observed one.
    pub(crate) models: Vec<NullModel>,
    /// How many of each.
    pub(crate) replicates: usize,
    /// How many networks of firms drawn anew give intervals; 0 for none.
    pub(crate) bootstrap: usize,
}

impl Default for Chances {
    fn default() -> Self {
        Self { models: Vec::new(), replicates: REPLICATES, bootstrap: 0 }
    }
}

/// Draws a figure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draw {
    /// The chart.
    pub(crate) chart: String,
    /// Its options.
    pub(crate) options: ChartOptions,
    /// Its size.
    pub(crate) preset: Preset,
    /// Its ground.
    pub(crate) theme: Theme,
    /// The groups whose tables are drawn, where no step is named.
    pub(crate) by: Option<String>,
}

/// Makes a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// The title.
    pub(crate) title: Option<String>,
    /// The sentence under it.
    pub(crate) subtitle: Option<String>,
    /// The file, `report.html` by default.
    pub(crate) to: Option<String>,
    /// How many random networks of each kind the profile of the cluster is set beside; without it there is no profile.
    pub(crate) profile: Option<usize>,
}

/// Names of sizes of figures.
pub(crate) static PRESETS: &[(&str, Preset)] = &[
    ("screen", Preset::Screen),
    ("paper-1col", Preset::Paper1Col),
    ("paper-2col", Preset::Paper2Col),
    ("slide", Preset::Slide),
];

/// Names of grounds of figures.
pub(crate) static THEMES: &[(&str, Theme)] = &[("light", Theme::Light), ("dark", Theme::Dark)];

impl Pipeline {
    /// The step of this id.
    pub(crate) fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// Whether some step groups by this node column, or is told to.
    pub(crate) fn mentions_group(&self, column: &str) -> bool {
        let is_it = |value: &serde_json::Value| value.as_str() == Some(column);
        self.steps.iter().any(|step| match &step.work {
            Work::Measure(measure) => {
                measure.by.as_deref() == Some(column)
                    || measure.params.values().any(|params| params.values().values().any(is_it))
            }
            Work::Draw(draw) => {
                draw.by.as_deref() == Some(column) || draw.options.values().any(|v| v == column)
            }
            Work::Report(_) => false,
        })
    }

    /// The side tables of all steps: name and file, each once.
    pub(crate) fn sides(&self) -> BTreeSet<(&str, &Path)> {
        let mut sides = BTreeSet::new();
        for step in &self.steps {
            if let Work::Measure(measure) = &step.work {
                sides.extend(measure.sides.iter().map(|(name, path)| (&**name, &**path)));
            }
        }
        sides
    }

    /// Every file that is read, the edges first.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let sides = self.sides().into_iter().map(|(_, path)| path);
        self.inputs.paths().map(PathBuf::as_path).chain(sides)
    }

    /// The steps that a step uses: those it names, else all before it that make what it can use.
    pub(crate) fn sources(&self, step: &Step) -> Vec<&Step> {
        let before = self.steps.iter().take_while(|s| s.id != step.id);
        if !step.needs.is_empty() {
            return before.filter(|s| step.needs.contains(&s.id)).collect();
        }
        let usable = |s: &&Step| match step.work {
            Work::Measure(_) => false,
            Work::Draw(_) => matches!(s.work, Work::Measure(_)),
            Work::Report(_) => !matches!(s.work, Work::Report(_)),
        };
        before.filter(usable).collect()
    }

    /// The pipeline with these steps only, and what they need.
    pub(crate) fn only(mut self, ids: &[String]) -> Self {
        let mut wanted: Vec<String> = ids.to_vec();
        let mut next = 0;
        while let Some(id) = wanted.get(next).cloned() {
            if let Some(step) = self.step(&id) {
                for source in self.sources(step) {
                    if !wanted.contains(&source.id) {
                        wanted.push(source.id.clone());
                    }
                }
            }
            next += 1;
        }
        self.steps.retain(|step| wanted.contains(&step.id));
        self
    }
}
