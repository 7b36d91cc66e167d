//! What the metrics of a step come to, period by period and between periods.

use super::{Method, Products, Sides};
use crate::config::{Chances, Measure, Pipeline};
use crate::diagnostics::{Outcome, Refusal};
use crate::selection::{Asked, Pick, Selection};
use crate::session::Session;
use palenque_graph::table::{JoinError, Joiner};
use palenque_graph::{Diagnostic, Panel, Severity, SupplyGraph, Table, TableId};
use palenque_metrics::kernel::coefficients::Economy;
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::null::{
    BootstrapConfig, Chance, NullConfig, bootstrap, bootstrap_table, null_models, null_table,
    with_chance,
};
use palenque_metrics::{Family, Metric, MetricError, Params, Scope};

/// Results that are not yet joined.
#[derive(Default)]
pub(super) struct Results {
    /// By period.
    periods: Vec<Vec<Table>>,
    /// By pair of consecutive periods.
    pairs: Vec<Vec<Table>>,
    /// Of all periods together.
    panel: Vec<Table>,
}

impl Results {
    /// No results, for the periods of a panel.
    pub(super) fn of(panel: &Panel) -> Self {
        let n = panel.n_periods();
        let pairs = vec![Vec::new(); panel.pairs().len()];
        Self { periods: vec![Vec::new(); n], pairs, panel: Vec::new() }
    }

    /// Adds those of another step.
    pub(super) fn extend(&mut self, other: Self) {
        let all = self.periods.iter_mut().chain(&mut self.pairs);
        all.zip(other.periods.into_iter().chain(other.pairs)).for_each(|(a, b)| a.extend(b));
        self.panel.extend(other.panel);
    }

    /// Adds a table of a period.
    pub(super) fn push(&mut self, period: usize, table: Table) {
        self.periods[period].push(table);
    }

    /// The finished tables.
    pub(super) fn join(self, mut joiner: Joiner, panel: &Panel) -> Result<Vec<Table>, JoinError> {
        for ((period, graph), tables) in panel.iter().zip(self.periods) {
            joiner.add_period(period, graph, tables)?;
        }
        for (pair, tables) in panel.pairs().zip(self.pairs) {
            joiner.add_pair(&pair, tables)?;
        }
        joiner.add_panel(panel, self.panel)?;
        Ok(joiner.finish())
    }
}

/// If fewer attempts to exchange links succeed than this, random networks may still be like the observed one.
const FEW_ACCEPTED: f64 = 0.05;

fn few_accepted(chance: &Chance) -> Diagnostic {
    let rate = chance.acceptance_rate.unwrap_or_default() * 100.0;
    let what = format!(
        "only {rate:.1} % of the attempts to exchange links succeeded under `{}`",
        chance.config.model.name()
    );
    Diagnostic::new("W0706", what)
        .note("the random networks may still be like the observed one, which makes it look usual")
        .help("compare with `labels` or `shuffle`, or put nodes together first with `--by`")
}

/// Whether the accounts of a level were looked at, and what is wrong with them.
#[derive(Default)]
pub(super) enum Judged {
    #[default]
    NotYet,
    Sound,
    Wrong(Diagnostic),
}

/// What measuring needs at hand.
pub(super) struct Run<'a> {
    pub(super) session: &'a mut Session,
    pub(super) pipeline: &'a Pipeline,
    pub(super) sides: &'a Sides,
    pub(super) products: &'a mut Products,
}

impl Run<'_> {
    /// The results of every metric of a selection.
    pub(super) fn results(
        &mut self,
        measure: &Measure,
        selection: &Selection,
        panel: &Panel,
        accounts: &mut Judged,
    ) -> Outcome<Results> {
        let mut results = Results::of(panel);
        let mut done: Vec<(&Pick, Params)> = Vec::new();
        for pick in &selection.picks {
            let spec = pick.spec();
            let mut params = measure.params.get(spec.name).cloned().unwrap_or_default();
            let seeded = spec.params.iter().any(|p| p.name == "seed");
            if seeded && !params.values().contains_key("seed") {
                params.set("seed", self.pipeline.seed.into());
            }
            let params = self.sides.give(measure, pick.metric, params);
            let wrong = (spec.family == Family::Linkage).then(|| self.judge(panel, accounts));
            let computed = match wrong.flatten() {
                Some(found) => Err(MetricError::Accounts(Box::new(found))),
                None => self.compute(pick, &params, panel),
            };
            match computed {
                Ok(computed) => {
                    self.products.metrics.push(pick.metric);
                    results.extend(computed);
                    self.remark(pick, &params, panel);
                    self.record_method(pick, &params, measure, panel);
                    done.push((pick, params));
                }
                Err(MetricError::Cancelled) => return Err(Refusal::Stopped),
                Err(error) => self.no_result(pick, &error)?,
            }
        }
        self.set_beside_chance(measure, &done, panel, &mut results)?;
        Ok(results)
    }

    /// Adds what the figures of these metrics come to in random networks.
    fn set_beside_chance(
        &mut self,
        measure: &Measure,
        done: &[(&Pick, Params)],
        panel: &Panel,
        results: &mut Results,
    ) -> Outcome<()> {
        let Chances { models, replicates, bootstrap } = &measure.chance;
        if models.is_empty() && *bootstrap == 0 {
            return Ok(());
        }
        let gives_figures = |pick: &Pick| {
            let compared = [TableId::NetworkSummary, TableId::StageLinkages];
            pick.metric.scope() == Scope::Period
                && pick.columns().any(|(table, _)| compared.contains(&table))
        };
        let figures: Vec<&(&Pick, Params)> =
            done.iter().filter(|(pick, _)| gives_figures(pick)).collect();
        if figures.is_empty() {
            let what =
                "none of the metrics gives a figure that random networks could be compared by";
            return Err(Diagnostic::new("E0702", what)
                .help("ask for metrics that fill `network_summary` or `stage_linkages`, such as `reciprocity`")
                .into());
        }
        for (k, (period, graph)) in panel.iter().enumerate() {
            let metrics: Vec<(&dyn Metric, Params)> = figures
                .iter()
                .map(|(pick, params)| (pick.metric, params.of_period(period)))
                .collect();
            if *bootstrap > 0 {
                results.periods[k].push(self.intervals(graph, &metrics, *bootstrap)?);
            }
            for (nth, &model) in models.iter().enumerate() {
                let config = NullConfig {
                    model,
                    replicates: *replicates,
                    seed: self.pipeline.seed,
                    by: String::new(),
                };
                let chance = self.session.part(model.name(), |session| {
                    let progress = &session.progress;
                    with_threads(session.threads, || {
                        null_models(graph, &metrics, &config, progress)
                    })
                });
                match chance {
                    Ok(chance) => {
                        if chance.acceptance_rate.is_some_and(|rate| rate < FEW_ACCEPTED) {
                            self.tell(few_accepted(&chance), period);
                        }
                        if nth == 0 {
                            let tables = std::mem::take(&mut results.periods[k]);
                            let beside =
                                tables.into_iter().map(|table| with_chance(table, &chance));
                            results.periods[k] = beside.collect();
                        }
                        results.periods[k].push(null_table(&chance));
                    }
                    Err(MetricError::Cancelled) => return Err(Refusal::Stopped),
                    Err(error) => return Err(error.diagnostic(model.name()).into()),
                }
            }
        }
        Ok(())
    }

    /// Intervals of what these metrics come to.
    fn intervals(
        &mut self,
        graph: &SupplyGraph,
        metrics: &[(&dyn Metric, Params)],
        replicates: usize,
    ) -> Outcome<Table> {
        let config =
            BootstrapConfig { replicates, seed: self.pipeline.seed, ..BootstrapConfig::default() };
        let found = self.session.part("bootstrap", |session| {
            let progress = &session.progress;
            with_threads(session.threads, || bootstrap(graph, metrics, &config, progress))
        });
        match found {
            Ok(found) => Ok(bootstrap_table(&found, &config)),
            Err(MetricError::Cancelled) => Err(Refusal::Stopped),
            Err(error) => Err(error.diagnostic("bootstrap").into()),
        }
    }

    fn compute(
        &mut self,
        pick: &Pick,
        params: &Params,
        panel: &Panel,
    ) -> Result<Results, MetricError> {
        let scope = pick.metric.scope();
        if scope != Scope::Period && panel.n_periods() < 2 {
            return Err(MetricError::InputMissing { what: "two periods".into() });
        }
        self.session.part(pick.spec().name, |session| {
            let progress = &session.progress;
            let mut results = Results::of(panel);
            with_threads(session.threads, || {
                match scope {
                    Scope::Pair => {
                        for (all, pair) in results.pairs.iter_mut().zip(panel.pairs()) {
                            *all = pick.kept(pick.metric.compare(&pair, params, progress)?);
                        }
                    }
                    Scope::Panel => {
                        results.panel = pick.kept(pick.metric.over(panel, params, progress)?);
                    }
                    Scope::Period => {
                        for (all, (period, graph)) in results.periods.iter_mut().zip(panel.iter()) {
                            let params = params.of_period(period);
                            *all = pick.kept(pick.metric.compute(graph, &params, progress)?);
                        }
                    }
                }
                Ok(results)
            })
        })
    }

    /// Passes on what a metric has to say about its results, once.
    fn remark(&mut self, pick: &Pick, params: &Params, panel: &Panel) {
        for (period, graph) in panel.iter() {
            let remarks = with_threads(self.session.threads, || pick.metric.remarks(graph, params));
            for found in remarks {
                self.tell(found, period);
            }
        }
    }

    /// Keeps, for the record, how a metric was computed.
    fn record_method(&mut self, pick: &Pick, params: &Params, measure: &Measure, panel: &Panel) {
        for (period, graph) in panel.iter() {
            let Some(how) = pick.metric.method(graph, params) else { continue };
            let (metric, by) = (pick.spec().name, measure.by.clone());
            let method = Method { metric, by, period: period.to_owned(), how };
            if !self.products.methods.contains(&method) {
                self.products.methods.push(method);
            }
        }
    }

    fn tell(&mut self, found: Diagnostic, period: &str) {
        let is_same = |f: &Diagnostic| (f.id(), f.what()) == (found.id(), found.what());
        if !self.session.found.iter().any(is_same) {
            let found = match period {
                "" => found,
                period => found.note(format!("in period {period}")),
            };
            self.session.found.push(found);
        }
    }

    /// What keeps coefficients from being computed of these accounts. What is only strange is told, once a level.
    fn judge(&mut self, panel: &Panel, accounts: &mut Judged) -> Option<Diagnostic> {
        match accounts {
            Judged::NotYet => {}
            Judged::Sound => return None,
            Judged::Wrong(found) => return Some(found.clone()),
        }
        let mut wrong = None;
        for (period, graph) in panel.iter() {
            // Where there are no coefficients at all, each index says so itself.
            let Ok(economy) = Economy::of(graph) else { continue };
            for found in economy.accounts().check(graph) {
                if found.severity() == Severity::Error {
                    wrong = wrong.or(Some(found));
                } else {
                    self.tell(found, period);
                }
            }
        }
        *accounts = wrong.clone().map_or(Judged::Sound, Judged::Wrong);
        wrong
    }

    /// A metric without a result: an error if it was asked for by name, a warning in a family, a note otherwise.
    fn no_result(&mut self, pick: &Pick, error: &MetricError) -> Outcome<()> {
        let name = pick.spec().name;
        let cannot = matches!(
            error,
            MetricError::InputMissing { .. }
                | MetricError::TooLarge { .. }
                | MetricError::TooLong { .. }
        );
        let one_period = pick.metric.scope() != Scope::Period && cannot;
        let is_wrong = matches!(error, MetricError::Parameter(_) | MetricError::Side(_))
            || pick.asked == Asked::Name
            || (pick.asked == Asked::Family && !cannot);
        if is_wrong {
            return Err(error.diagnostic(name).into());
        }
        if pick.asked == Asked::Family && !one_period {
            let found = Diagnostic::new("W0705", format!("`{name}` was left out: it {error}"))
                .help(format!("`palenque explain {name}` says what it needs"));
            self.session.found.push(found);
        }
        self.products.left_out.push((name.to_owned(), error.to_string()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use crate::config::{Source, Work, read};
    use crate::output::scratch::Scratch;
    use crate::pipeline::Base;
    use clap::Parser;
    use palenque_graph::Progress;
    use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
    use palenque_graph::{PeriodPair, SupplyGraph};
    use palenque_metrics::{MetricSpec, Output, SideSpec};

    /// How much more each node sells than in the period before, by a weight of a side table.
    struct Change;

    static COLUMNS: [ColumnSpec; 2] =
        [ColumnSpec::text("node_id", ""), ColumnSpec::number("change", Unit::Currency, "")];

    static SPEC: MetricSpec = MetricSpec {
        name: "fake_change",
        family: Family::Flexibility,
        summary: "",
        formula: "",
        source: "",
        reading: "",
        cost: "",
        needs: &[],
        params: &[],
        outputs: &[Output { table: TableId::OutputDecomposition, columns: &COLUMNS }],
        core: false,
    };

    impl Metric for Change {
        fn spec(&self) -> &'static MetricSpec {
            &SPEC
        }

        fn scope(&self) -> Scope {
            Scope::Pair
        }

        fn sides(&self) -> &'static [SideSpec] {
            &[SideSpec { name: "fake_weights", columns: "node_id,weight", meaning: "" }]
        }

        fn compare(
            &self,
            pair: &PeriodPair<'_>,
            params: &Params,
            _: &dyn Progress,
        ) -> Result<Vec<Table>, MetricError> {
            let PeriodPair { from, to, .. } = pair;
            let missing = || MetricError::InputMissing { what: "side table `fake_weights`".into() };
            let side = params.side("fake_weights").ok_or_else(missing)?;
            let weights = side.rows().map(|(_, cells)| cells[1].parse::<f64>().unwrap_or(f64::NAN));
            let sales = from.out_strengths().into_iter().zip(to.out_strengths());
            let change = sales.zip(weights).map(|((from, to), weight)| weight * (to - from));
            let ids = to.ids().iter().map(|id| Some(id.into())).collect();
            let columns = vec![
                Column::new(&COLUMNS[0], Values::Text(ids)),
                Column::new(&COLUMNS[1], Values::F64(change.collect())),
            ];
            Ok(vec![Table::new(TableId::OutputDecomposition, columns)])
        }

        fn remarks(&self, _: &SupplyGraph, _: &Params) -> Vec<Diagnostic> {
            vec![Diagnostic::new("W0507", "a remark")]
        }
    }

    /// What the fake metric comes to in a folder with these files.
    fn measured(files: &[(&str, &str)], asked: Asked) -> (Outcome<Vec<Table>>, Session, Products) {
        measured_by(&Change, files, asked)
    }

    /// What a metric comes to in a folder with these files.
    fn measured_by(
        metric: &'static dyn Metric,
        files: &[(&str, &str)],
        asked: Asked,
    ) -> (Outcome<Vec<Table>>, Session, Products) {
        let folder = Scratch::make().expect("a folder");
        for (name, text) in files {
            #[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
            std::fs::write(folder.path().join(name), text).expect("room for a small file");
        }
        let cli = Cli::try_parse_from(["palenque", "list", "--progress", "never"]);
        let Ok(mut session) = Session::new(&cli.expect("arguments").common) else {
            panic!("a session")
        };
        let text = "version = 1\n[input]\nedges = 'edges.csv'\n[[step]]\nrun = 'measure'\n";
        let mut pipeline = read(&Source::new("palenque.toml", text), &[]).expect("a pipeline");
        let Work::Measure(measure) = &mut pipeline.steps[0].work else { panic!("a measure step") };
        measure.sides.insert("fake_weights".into(), "weights.csv".into());
        let measure = measure.clone();
        let base = Base::folder(folder.path().to_owned());
        let mut products = Products::default();
        let tables = (|| {
            let sides = Sides::read(&mut session, &pipeline, &base)?;
            let panel = crate::pipeline::read(&mut session, &pipeline, &base)?.panel;
            let picks = vec![Pick::whole(metric, asked)];
            let selection = Selection { picks, order: Vec::new() };
            let (session, products) = (&mut session, &mut products);
            let mut run = Run { session, pipeline: &pipeline, sides: &sides, products };
            let results = run.results(&measure, &selection, &panel, &mut Judged::default())?;
            products.sides.extend(sides.files);
            Ok(results.join(Joiner::keys_only(), &panel).expect("they fit"))
        })();
        (tables, session, products)
    }

    const YEARS: (&str, &str) = (
        "edges.csv",
        "source,target,weight,period\na,b,1,2020\na,b,3,2021\nb,a,5,2021\na,b,4,2022\n",
    );

    #[test]
    fn a_pair_metric_compares_each_period_with_the_next_and_reads_its_side_table() {
        let weights = ("weights.csv", "node_id;weight\na;10\nb;1\n");
        let (tables, session, products) = measured(&[YEARS, weights], Asked::Name);
        let Ok(tables) = tables else { panic!("{:?}", session.found) };
        let table = &tables[0];
        let text = |name, row| table.text(name, row).unwrap_or_default().to_owned();
        let row = |row| (text("period_from", row), text("period_to", row), text("node_id", row));
        assert_eq!(row(1), ("2020".into(), "2021".into(), "b".into()));
        assert_eq!(row(2), ("2021".into(), "2022".into(), "a".into()));
        let change = |row| table.number("change", row);
        assert_eq!([0, 1, 2, 3].map(change), [20.0, 5.0, 10.0, -5.0].map(Some));
        assert_eq!((products.sides[0].role.as_str(), products.sides[0].rows), ("fake_weights", 2));
        assert_eq!(products.sides[0].blake3.len(), 64);
        // The delimiter was guessed; the remark of all three periods is told once.
        assert_eq!(
            session.found.iter().map(Diagnostic::id).collect::<Vec<_>>(),
            ["W0209", "W0507"]
        );
    }

    #[test]
    fn a_panel_metric_sees_all_periods_at_once() {
        let weights = ("weights.csv", "node_id,weight\na,1\n");
        let metric = palenque_metrics::find("edge_persistence").expect("a metric");
        let (tables, session, _) = measured_by(metric, &[YEARS, weights], Asked::Name);
        let Ok(tables) = tables else { panic!("{:?}", session.found) };
        let [summary, links] = &tables[..] else { panic!("two tables") };
        assert_eq!(links.text("last_period", 0), Some("2022"));
        assert_eq!([0, 1].map(|row| links.number("n_periods", row)), [Some(3.0), Some(1.0)]);
        let mean = (summary.text("period", 0), summary.number("value", 0));
        assert_eq!(mean, (Some("2022"), Some(4.0 / 6.0)));
        let alone = ("edges.csv", "source,target,weight\na,b,1\n");
        let (tables, _, products) = measured_by(metric, &[alone, weights], Asked::Family);
        assert!(tables.is_ok_and(|tables| tables.is_empty()));
        assert_eq!(products.left_out[0].0, "edge_persistence");
    }

    #[test]
    fn one_period_is_none_to_compare() {
        let files =
            [("edges.csv", "source,target,weight\na,b,1\n"), ("weights.csv", "node_id,weight\n")];
        let (tables, _, _) = measured(&files, Asked::Name);
        let Err(Refusal::Found(found)) = tables else { panic!("refused") };
        let what = found.iter().next().map(|found| found.what().to_owned());
        assert_eq!(
            what.as_deref(),
            Some("`fake_change` needs two periods, which the input does not have")
        );
        let (tables, _, products) = measured(&files, Asked::Default);
        assert!(tables.is_ok_and(|tables| tables.is_empty()));
        assert_eq!(products.left_out[0].0, "fake_change");
    }

    #[test]
    fn a_side_table_that_is_not_there_or_broken_is_refused() {
        let (tables, session, _) = measured(&[YEARS], Asked::Name);
        assert!(tables.is_err());
        assert_eq!(session.found.iter().map(Diagnostic::id).collect::<Vec<_>>(), ["E0101"]);
        let broken = ("weights.csv", "node_id,weight\na,1,2\n");
        let (tables, session, _) = measured(&[YEARS, broken], Asked::Default);
        assert!(tables.is_err());
        assert_eq!(session.found.iter().map(Diagnostic::id).collect::<Vec<_>>(), ["E0205"]);
    }
}
