//! Tonaya: a synthetic cluster of small mezcal firms, whose labour process is split among more and more of them.
//!
//! Nothing here is a record of any firm. `docs/tonaya.md` says of every parameter whether it is documented, and
//! where, or assumed.

mod cluster;
mod economy;
mod files;
mod parameters;
mod recipes;
#[cfg(test)]
mod tests;
mod ties;
mod trades;

use super::{GenerateOptions, Model, ModelSpec, Sink};
use cluster::Cluster;
use std::io::{self, Write};

/// The model.
pub(super) struct Tonaya;

static SPEC: ModelSpec = ModelSpec {
    name: "tonaya",
    summary: "A synthetic cluster of small mezcal firms in western Mexico, over some years: eleven stages \
              from agave to shop, ever more firms, ever more of the work left to others.",
    files: &[
        ("README.md", "What the files are; that they are synthetic."),
        ("palenque.toml", "A pipeline from these files to tables, figures and a page."),
        ("edges.csv", "Who sells what to whom: MXN thousand, quantity and unit, by period."),
        ("cooperation.csv", "Who cooperates with whom, how, by period."),
        ("essential.csv", "Which inputs a trade cannot do without: 2 essential, 1 not."),
        ("tasks.csv", "Hours that each firm spends on each task, by period."),
        ("accounts.csv", "Output, final demand, value added and imports of each firm, by period."),
        ("nodes.csv", "The firms: what they do, where, who owns them, what they could produce."),
    ],
};

impl Model for Tonaya {
    fn spec(&self) -> &'static ModelSpec {
        &SPEC
    }

    fn generate(&self, options: &GenerateOptions, sink: &mut dyn Sink) -> io::Result<()> {
        let cluster = Cluster::new(options)?;
        sink.file("README.md")?.write_all(include_bytes!("README.md"))?;
        sink.file("palenque.toml")?.write_all(include_bytes!("palenque.toml"))?;
        let periods = files::edges(&cluster, &mut *sink.file("edges.csv")?)?;
        files::cooperation(&cluster, &mut *sink.file("cooperation.csv")?)?;
        files::essential(&mut *sink.file("essential.csv")?)?;
        let hours = files::tasks(&cluster, &periods, &mut *sink.file("tasks.csv")?)?;
        files::accounts(&cluster, &periods, &mut *sink.file("accounts.csv")?)?;
        files::nodes(&cluster, &periods, &hours, &mut *sink.file("nodes.csv")?)
    }
}
