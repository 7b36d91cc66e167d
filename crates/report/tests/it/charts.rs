//! Every chart: what it plots, what it says, and that nothing breaks it.

use crate::tables::{names, node_metrics, numbers};
use palenque_graph::Table;
use palenque_graph::table::Unit;
use palenque_report::{ChartInput, ChartOptions, Drawing, ReportError, Style, find};

pub(crate) fn draw(
    chart: &str,
    tables: &[Table],
    options: &[(&str, &str)],
) -> Result<Drawing, ReportError> {
    let input = ChartInput { tables, panel: None };
    draw_from(chart, &input, options)
}

pub(crate) fn draw_from(
    chart: &str,
    input: &ChartInput<'_>,
    options: &[(&str, &str)],
) -> Result<Drawing, ReportError> {
    let options: ChartOptions =
        options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let chart = find(chart).expect("a chart of this name");
    chart.draw(input, &options, &Style::default())
}

#[test]
fn ranking_plots_the_largest_first_and_leaves_out_the_undefined() {
    let ids = names(4);
    let values = [0.25, f64::NAN, 0.5, 0.25];
    let tables = [node_metrics(&ids, numbers("betweenness", Unit::One, &values))];
    let figure =
        draw("ranking", &tables, &[("column", "betweenness"), ("top", "2")]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,rank,node_id,label,value\n\
         ,1,Palenque El Roble,Palenque El Roble,0.5\n\
         ,2,Agave del Río,Agave del Río,0.25\n"
    );
    assert_eq!(figure.title, "Betweenness: the top 2 of 3 nodes");
    assert_eq!(
        figure.alt,
        "Ranked dot plot of Betweenness for 2 of 3 nodes. Palenque El Roble is largest with 0.5; the last one \
         shown, Agave del Río, has 0.25. 1 node without a value is not drawn."
    );
}

#[test]
fn ranking_says_what_is_missing() {
    let tables = [node_metrics(&names(2), numbers("pagerank", Unit::One, &[f64::NAN; 2]))];
    let said = |options: &[(&str, &str)]| {
        draw("ranking", &tables, options).expect_err("refused").to_string()
    };
    assert_eq!(
        said(&[("column", "closeness")]),
        "needs a column `closeness` of numbers in `node_metrics`; it has `pagerank`"
    );
    assert_eq!(said(&[]), "has nothing to draw: every value of `pagerank` is empty");
    assert_eq!(said(&[("top", "0")]), "`top` is `0`; it must be a whole number from 1 to 100");
    assert_eq!(
        said(&[("tpo", "9")]),
        "`tpo` is not an option of `ranking`; it takes `column`, `table`, `top`, `period`, `title`"
    );
    assert_eq!(said(&[("table", "linkages")]), "needs table `linkages`");
    assert_eq!(
        said(&[("period", "2020")]),
        "there is no period `2020`; the table is a single snapshot"
    );
}
