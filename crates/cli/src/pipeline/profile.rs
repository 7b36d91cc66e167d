//! The profile of a cluster: what `palenque profile` computes and puts on its page.

use super::results::Results;
use super::{Base, Level, Products, Sides, page, read};
use crate::config::{Pipeline, Report};
use crate::diagnostics::{Outcome, Refusal};
use crate::session::Session;
use palenque_graph::table::Joiner;
use palenque_graph::{Diagnostic, Panel};
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::profile::{ProfileConfig, ProfileLine, profile, profile_table};
use palenque_metrics::{MetricError, Params};
use palenque_report::ProfileCard;

/// What was computed: the network and its table, and the twelve lines.
pub(crate) struct Profile {
    pub(crate) products: Products,
    pub(crate) lines: Vec<ProfileLine>,
    pub(crate) periods: Vec<String>,
}

/// Computes the profile of the network that a pipeline reads.
pub(crate) fn compute(
    session: &mut Session,
    pipeline: &Pipeline,
    base: &Base,
    replicates: usize,
) -> Outcome<Profile> {
    let sides = Sides::read(session, pipeline, base)?;
    let read = read(session, pipeline, base)?;
    let config = ProfileConfig { replicates, seed: pipeline.seed };
    let lines = lines(session, &sides.all(pipeline), &read.panel, &config)?;
    let mut results = Results::of(&read.panel);
    for k in 0..read.panel.n_periods() {
        results.push(k, profile_table(&lines, k, &config));
    }
    let tables = results.join(Joiner::keys_only(), &read.panel).map_err(|error| {
        Refusal::from(
            Diagnostic::new("E0706", error.to_string())
                .help("this is a bug in palenque; please report it"),
        )
    })?;
    let periods = periods(&read.panel);
    let level = Level { by: None, panel: read.panel, tables, unwritten: Vec::new() };
    let products = Products {
        files: read.files,
        sides: sides.files,
        levels: vec![level],
        ..Products::default()
    };
    Ok(Profile { products, lines, periods })
}

fn lines(
    session: &mut Session,
    params: &Params,
    panel: &Panel,
    config: &ProfileConfig,
) -> Outcome<Vec<ProfileLine>> {
    let lines = session.part("profile", |session| {
        with_threads(session.threads, || profile(panel, params, config, &session.progress))
    });
    match lines {
        Ok(lines) => Ok(lines),
        Err(MetricError::Cancelled) => Err(Refusal::Stopped),
        Err(error) => Err(error.diagnostic("profile").into()),
    }
}

/// The profile with which a page opens.
pub(super) fn cards(
    session: &mut Session,
    pipeline: &Pipeline,
    sides: &Params,
    panel: &Panel,
    replicates: usize,
) -> Outcome<Vec<ProfileCard>> {
    let config = ProfileConfig { replicates, seed: pipeline.seed };
    let lines = lines(session, sides, panel, &config)?;
    let periods = periods(panel);
    Ok(lines.iter().map(|line| card(line, &periods)).collect())
}

fn periods(panel: &Panel) -> Vec<String> {
    panel.iter().map(|(period, _)| period.to_owned()).collect()
}

impl Profile {
    /// The page as HTML.
    pub(crate) fn page(
        &self,
        session: &mut Session,
        pipeline: &Pipeline,
        base: &Base,
        title: Option<String>,
    ) -> Outcome<String> {
        let report = Report { title, subtitle: None, to: None, profile: None };
        let mut html = page::contents(session, pipeline, &report, base, &self.products);
        html.profile = self.lines.iter().map(|line| card(line, &self.periods)).collect();
        page::rendered(session, "profile", &html)
    }
}

fn card(line: &ProfileLine, periods: &[String]) -> ProfileCard {
    let value = |(period, value): (&String, &Result<f64, String>)| {
        (period.clone(), value.as_ref().ok().copied())
    };
    ProfileCard {
        phrase: line.phrase.to_owned(),
        index: line.index.to_owned(),
        meaning: line.meaning.to_owned(),
        values: periods.iter().zip(&line.values).map(value).collect(),
        interval: line.interval,
        percentile: line.percentile,
        is_share: line.is_share,
        sentence: line.sentence.clone(),
    }
}
