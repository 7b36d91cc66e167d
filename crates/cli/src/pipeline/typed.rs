//! Pipelines that were typed: `measure`, `draw` and `report` in terms of steps.

use super::Base;
use crate::args::input::InputArgs;
use crate::args::{ChoiceArgs, FigureArgs, OutArgs};
use crate::config::{
    Chances, Layout, Limits, Measure, Output, PRESETS, Pipeline, Step, THEMES, Work,
};
use crate::diagnostics::{Outcome, Refusal};
use crate::output::folder::Opening;
use crate::selection::{Selection, parameters};
use palenque_frame::{CsvStyle, TableFormat};
use palenque_graph::{Diagnostic, Diagnostics};
use palenque_ingest::{FileFormat, Inputs, MakeUse, Policy};
use palenque_metrics::nearest;
use palenque_metrics::null::NullModel;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A pipeline without steps from what was typed, its paths relative to the working folder.
pub(crate) fn pipeline(input: &InputArgs, seed: u64, out: &OutArgs) -> Outcome<Pipeline> {
    let output = Output {
        dir: PathBuf::from("."),
        layout: Layout::Flat,
        csv: CsvStyle { byte_order_mark: out.bom, spreadsheet_safe: out.spreadsheet_safe },
        ..Output::default()
    };
    let mut pipeline = reading(input)?;
    pipeline.seed = seed;
    pipeline.output = output;
    Ok(pipeline)
}

/// A pipeline that only reads.
pub(crate) fn reading(input: &InputArgs) -> Outcome<Pipeline> {
    let Some(typed) = input.inputs() else {
        return Err(Diagnostic::new("E0702", "`--edges` is missing: who supplies whom?")
            .help(
                "give the file of flows as `--edges FILE`, an input-output table as \
                 `--table PATH`, or a graph as `--graph FILE`; `palenque demo` makes one",
            )
            .into());
    };
    let base = Base::default();
    let inputs = Inputs {
        edges: if typed.has_no_edge_list() { PathBuf::new() } else { base.recorded(&typed.edges) },
        table: typed.table.as_deref().map(|path| base.recorded(path)),
        graph: typed.graph.as_deref().map(|path| base.recorded(path)),
        make_use: typed.make_use.map(|MakeUse { make, uses }| MakeUse {
            make: base.recorded(&make),
            uses: base.recorded(&uses),
        }),
        nodes: typed.nodes.as_deref().map(|path| base.recorded(path)),
        accounts: typed.accounts.as_deref().map(|path| base.recorded(path)),
        final_demand: typed.final_demand.as_deref().map(|path| base.recorded(path)),
        relations: typed.relations.iter().map(|(n, p)| (n.clone(), base.recorded(p))).collect(),
        unit: typed.unit,
    };
    Ok(Pipeline {
        seed: 1,
        inputs,
        policy: input.policy(),
        output: Output::default(),
        limits: Limits::default(),
        steps: Vec::new(),
    })
}

/// The measure step that was typed.
pub(crate) fn measure_step(id: &str, choice: &ChoiceArgs) -> Outcome<Step> {
    let mut found = Diagnostics::default();
    match Selection::parse(&choice.metrics) {
        Err(unknown) => unknown.iter().for_each(|name| found.push(name.diagnostic())),
        Ok(selection) => {
            let names = choice.sides.iter().map(|(name, _)| name);
            names.filter_map(|name| selection.unread(name)).for_each(|wrong| found.push(wrong));
        }
    }
    let base = Base::default();
    let sides = choice.sides.iter();
    let sides = sides.map(|(name, file)| (name.clone(), base.recorded(Path::new(file)))).collect();
    let pairs: Vec<(String, Value)> = choice
        .set
        .iter()
        .map(|(key, text)| (key.clone(), crate::args::values::parameter(text)))
        .collect();
    let params = parameters(pairs.iter().map(|(key, value)| (key.as_str(), value)));
    let params = params.unwrap_or_else(|wrong| {
        for (_, finding) in wrong {
            found.push(finding);
        }
        std::collections::BTreeMap::new()
    });
    let mut chance = Chances {
        replicates: choice.replicates,
        bootstrap: choice.bootstrap,
        ..Chances::default()
    };
    for name in &choice.null {
        match NullModel::named(name.trim()) {
            Ok(model) => chance.models.push(model),
            Err(wrong) => found.push(Diagnostic::new("E0702", wrong.to_string())),
        }
    }
    if choice.replicates == 0 {
        found.push(Diagnostic::new("E0702", "`--replicates` must be 1 or more"));
    }
    if found.has_errors() {
        return Err(found.into());
    }
    let by = choice.by.clone();
    let metrics = choice.metrics.iter().map(|name| name.trim().to_owned()).collect();
    let measure = Measure { metrics, by, params, sides, to: None, chance };
    Ok(Step { id: id.to_owned(), needs: Vec::new(), work: Work::Measure(measure) })
}

/// Takes the words of `--format` that name a format of input and none of output, and sets the one in the policy;
/// the others are formats of output.
pub(crate) fn output_formats(names: &[String], policy: &mut Policy) -> Vec<String> {
    let is_input = |name: &&String| name.as_str() == "pymrio";
    if names.iter().any(|name| is_input(&name)) {
        policy.format = FileFormat::Pymrio;
    }
    names.iter().filter(|name| !is_input(name)).cloned().collect()
}

/// Formats of tables by name.
pub(crate) fn table_formats(names: &[String]) -> Outcome<Vec<TableFormat>> {
    let known: Vec<&str> = TableFormat::ALL.iter().map(|f| f.extension()).collect();
    let formats: Outcome<Vec<TableFormat>> = names
        .iter()
        .map(|name| TableFormat::named(name).ok_or_else(|| no_choice("--format", name, &known)))
        .collect();
    formats.map(|formats| if formats.is_empty() { vec![TableFormat::Csv] } else { formats })
}

/// A choice that is none.
pub(crate) fn no_choice(flag: &str, name: &str, known: &[&str]) -> Refusal {
    let shown = palenque_graph::diagnostic::shown(name);
    let found = Diagnostic::new("E0702", format!("`{flag}` has no choice `{shown}`"))
        .note(format!("it takes {}", known.join(", ")));
    match nearest(name, known.iter().copied()) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("choose one of them"),
    }
    .into()
}

/// What figures look like.
pub(crate) fn look(
    args: &FigureArgs,
    output: &mut Output,
) -> Outcome<(palenque_report::Preset, palenque_report::Theme)> {
    output.dpi = match args.dpi {
        30..=1200 => args.dpi,
        _ => {
            return Err(Diagnostic::new("E0702", "`--dpi` must be from 30 to 1200")
                .help("300 prints well")
                .into());
        }
    };
    output.caption = !args.no_caption;
    let preset = PRESETS.iter().find(|(name, _)| *name == args.preset);
    let theme = THEMES.iter().find(|(name, _)| *name == args.theme);
    let presets: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
    let themes: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
    Ok((
        preset.ok_or_else(|| no_choice("--preset", &args.preset, &presets))?.1,
        theme.ok_or_else(|| no_choice("--theme", &args.theme, &themes))?.1,
    ))
}

/// How the output folder is opened.
pub(crate) fn opening(out: &OutArgs) -> Opening {
    Opening { force: out.force, wait: out.wait, touch: out.touch, ..Opening::default() }
}
