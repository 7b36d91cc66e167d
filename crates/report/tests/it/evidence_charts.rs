//! Charts of evidence: collective efficiency, chance, places, survival, ranks. What they plot and say.

use crate::charts::{draw, draw_from};
use crate::tables::{names, numbers, text};
use palenque_graph::table::Unit;
use palenque_graph::{Panel, SupplyGraph, Table, TableId};
use palenque_report::ChartInput;

/// Units of which each next is worse, the second without joint action and the last without anything.
pub(crate) fn composite_index(units: &[String]) -> Table {
    let n = units.len();
    let each = |of: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..n).map(|i| if i > 0 && i + 1 == n { f64::NAN } else { of(i) }).collect()
    };
    let share = |i: usize| 1.0 / (1.0 + i as f64);
    Table::new(
        TableId::CompositeIndex,
        vec![
            text("period", &vec!["1995"; n]),
            text("unit", units),
            numbers("passive_subindex", Unit::One, &each(&|i| 0.8 * share(i))),
            numbers(
                "active_subindex",
                Unit::One,
                &each(&|i| if i == 1 { f64::NAN } else { share(i) }),
            ),
            numbers("cei_geometric", Unit::One, &each(&|i| 0.7 * share(i))),
            numbers("rank", Unit::Rank, &each(&|i| 1.0 + i as f64)),
            numbers("rank_p05", Unit::Rank, &each(&|i| 1.0 + i as f64)),
            numbers("rank_p95", Unit::Rank, &each(&|i| 1.0 + (2 * i) as f64)),
        ],
    )
}

/// Figures that are ever further from chance, first likely and then unlikely; the second is the same in every random network.
pub(crate) fn null_models(metrics: &[String]) -> Table {
    let n = metrics.len();
    let each = |of: &dyn Fn(f64) -> f64| (0..n).map(|i| of(i as f64)).collect::<Vec<f64>>();
    let of_second = |value: f64| move |i: f64| if (0.5..1.5).contains(&i) { 0.0 } else { value };
    Table::new(
        TableId::NullModels,
        vec![
            text("period", &vec![""; n]),
            text("metric", metrics),
            text("model", &vec!["rewire"; n]),
            numbers("observed", Unit::None, &each(&|i| 0.5 + 0.25 * i)),
            numbers("null_mean", Unit::None, &each(&|_| 0.5)),
            numbers("null_sd", Unit::None, &each(&of_second(0.125))),
            numbers("null_p025", Unit::None, &each(&|_| 0.25)),
            numbers("null_p975", Unit::None, &each(&|_| 0.75)),
            numbers("p_two_sided", Unit::One, &each(&|i| 1.0 / (1.0 + 10.0 * i))),
            numbers("n_samples", Unit::Count, &each(&|_| 99.0)),
        ],
    )
}

/// All links and those of each of these periods: each survives its first period by half, and is seen ever shorter. All
/// links of the last period end, which leaves its error open.
pub(crate) fn link_survival(periods: &[String]) -> Table {
    let n = periods.len();
    let cohorts = std::iter::once("").chain(periods.iter().map(String::as_str));
    let rows: Vec<(&str, usize)> = cohorts
        .take(if n == 0 { 0 } else { n + 1 })
        .enumerate()
        .flat_map(|(i, cohort)| (0..=(n + 1 - i.max(1))).map(move |age| (cohort, age)))
        .collect();
    let each = |of: &dyn Fn(i32) -> f64| -> Vec<f64> {
        rows.iter().map(|(_, age)| of(i32::try_from(*age).unwrap_or(0).min(900))).collect()
    };
    let kind = |cohort: &str| if cohort.is_empty() { "kaplan_meier" } else { "cohort" };
    Table::new(
        TableId::LinkSurvival,
        vec![
            text("curve", &rows.iter().map(|row| kind(row.0)).collect::<Vec<_>>()),
            text("cohort", &rows.iter().map(|row| row.0).collect::<Vec<_>>()),
            numbers("age", Unit::Count, &each(&f64::from)),
            numbers("at_risk", Unit::Count, &each(&|age| (1000.0 * 0.5_f64.powi(age)).round())),
            numbers("survival", Unit::One, &each(&|age| 0.5_f64.powi(age))),
            numbers(
                "std_error",
                Unit::One,
                &each(&|age| if age > 2 { f64::NAN } else { f64::from(age) * 0.0625 }),
            ),
        ],
    )
}

/// All firms and these sectors over three distances: the first leaves its upper bound, the others stay within.
pub(crate) fn spatial_curve(sectors: &[String]) -> Table {
    let of_all = sectors.first().map(|_| "");
    let names: Vec<&str> = of_all.into_iter().chain(sectors.iter().map(String::as_str)).collect();
    let rows: Vec<(usize, f64)> =
        (0..names.len()).flat_map(|i| [500.0, 1000.0, 1500.0].map(|r| (i, r))).collect();
    let n = rows.len();
    let each = |of: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
        rows.iter().map(|(i, r)| of(*i, *r)).collect()
    };
    let share = |by: f64| move |_: usize, r: f64| r * by;
    Table::new(
        TableId::SpatialCurve,
        vec![
            text("period", &vec![""; n]),
            text("sector", &rows.iter().map(|row| names[row.0]).collect::<Vec<_>>()),
            text("neighbour", &vec![""; n]),
            text("function", &vec!["K"; n]),
            numbers("r", Unit::None, &each(&|_, r| r)),
            numbers("value", Unit::None, &each(&|i, r| if i == 0 { r * r / 500.0 } else { r })),
            numbers("theo", Unit::None, &each(&share(1.0))),
            numbers("local_lo", Unit::None, &each(&share(0.75))),
            numbers("local_hi", Unit::None, &each(&share(1.25))),
            numbers("global_lo", Unit::None, &each(&share(0.5))),
            numbers("global_hi", Unit::None, &each(&share(1.5))),
        ],
    )
}

/// Firms ever less like their neighbours: the first two and the last one surely, the second one among small ones. The one
/// after the first of four is without neighbours.
pub(crate) fn local_moran(ids: &[String]) -> Table {
    let n = ids.len();
    let each = |of: &dyn Fn(usize) -> f64| (0..n).map(of).collect::<Vec<f64>>();
    let is_sure = |i: usize| i < 2 || i + 1 == n;
    Table::new(
        TableId::NodeMetrics,
        vec![
            text("period", &vec![""; n]),
            text("node_id", ids),
            numbers(
                "local_moran",
                Unit::None,
                &each(&|i| if i == 2 { f64::NAN } else { (n as f64 / 2.0 - i as f64) / 4.0 }),
            ),
            numbers("local_moran_p", Unit::One, &each(&|i| if is_sure(i) { 0.01 } else { 0.5 })),
            numbers("gi_star_z", Unit::None, &each(&|i| if i == 1 { -2.0 } else { 2.0 })),
        ],
    )
}

/// Output of these firms in three periods: it turns from ascending to descending, and the first one comes a period later.
pub(crate) fn output_over(ids: &[String]) -> Table {
    let n = ids.len();
    let rows: Vec<(&str, usize, f64)> = ["1986", "1989", "1992"]
        .iter()
        .zip([1.0, 0.5, -1.0])
        .flat_map(|(period, turn)| (0..n).map(move |i| (*period, i, 1000.0 + turn * i as f64)))
        .collect();
    let output = |row: &(&str, usize, f64)| match row {
        ("1986", 0, _) => f64::NAN,
        (_, _, output) => *output,
    };
    Table::new(
        TableId::NodeMetrics,
        vec![
            text("period", &rows.iter().map(|row| row.0).collect::<Vec<_>>()),
            text("node_id", &rows.iter().map(|row| ids[row.1].as_str()).collect::<Vec<_>>()),
            numbers("output", Unit::Currency, &rows.iter().map(output).collect::<Vec<_>>()),
        ],
    )
}

/// Every other one a firm, the others links, each worth less than the one before; the second has no capacity.
pub(crate) fn surge_bottlenecks(ids: &[String]) -> Table {
    let n = ids.len();
    let each = |of: fn(usize) -> f64| -> Vec<f64> { (0..n).map(of).collect() };
    let target = |i: usize| if i % 2 == 1 { ids[(i + 1) % n].as_str() } else { "" };
    let kinds = ["node", "edge"];
    Table::new(
        TableId::SurgeBottlenecks,
        vec![
            text("period", &vec!["1995"; n]),
            text("model", &vec!["lp_total"; n]),
            text("kind", &(0..n).map(|i| kinds[i % 2]).collect::<Vec<_>>()),
            text("source", &ids.iter().map(String::as_str).collect::<Vec<_>>()),
            text("target", &(0..n).map(target).collect::<Vec<_>>()),
            numbers("baseline", Unit::Currency, &each(|i| 100.0 * i as f64)),
            numbers(
                "capacity",
                Unit::Currency,
                &each(|i| if i == 1 { f64::NAN } else { 115.0 * i as f64 }),
            ),
            numbers("price", Unit::None, &each(|i| 1.0 / (1.0 + i as f64))),
        ],
    )
}

/// Groups of words over three periods: every third firm goes to the next group in each.
pub(crate) fn groups_over(ids: &[String]) -> Table {
    let n = ids.len();
    let periods = ["1986", "1989", "1992"];
    let rows: Vec<(usize, usize)> =
        (0..periods.len()).flat_map(|period| (0..n).map(move |i| (period, i))).collect();
    let group = |&(period, i): &(usize, usize)| {
        let moves = if i.is_multiple_of(3) { period } else { 0 };
        ids[(i / 4 + moves) % n].as_str()
    };
    Table::new(
        TableId::NodeMetrics,
        vec![
            text("period", &rows.iter().map(|row| periods[row.0]).collect::<Vec<_>>()),
            text("node_id", &rows.iter().map(|row| ids[row.1].as_str()).collect::<Vec<_>>()),
            text("community", &rows.iter().map(group).collect::<Vec<_>>()),
        ],
    )
}

/// Firms of some kinds in a row from west to east that sell on, every fifth where the first one is.
pub(crate) fn places(ids: &[String]) -> Panel {
    let n = ids.len();
    let links = (1..n).map(|i| ((i - 1) as u32, i as u32, 1.0 + i as f64));
    let unique: Vec<String> = ids.iter().enumerate().map(|(i, id)| format!("{id}{i}")).collect();
    let graph = SupplyGraph::from_flows(&unique, links).expect("known nodes");
    let place = |i: usize| if i.is_multiple_of(5) { 0.0 } else { i as f64 };
    let graph = graph
        .with_number("lat", (0..n).map(|i| Some(19.5 + 0.01 * (place(i) * 7.0 % 13.0))))
        .with_number("lon", (0..n).map(|i| Some(-103.9 + 0.01 * place(i))))
        .with_text("role", (0..n).map(|i| Some(&ids[i % 9 % n])));
    Panel::snapshot(graph)
}

#[test]
fn collective_efficiency_plots_both_halves_and_how_sure_the_rank_is() {
    let tables = [composite_index(&["a", "b", "c"].map(str::to_owned))];
    let figure = draw("collective_efficiency", &tables, &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,rank,unit,passive_subindex,active_subindex,cei_geometric,rank_p05,rank_p95\n\
         1995,1,a,0.8,1.0,0.7,1.0,1.0\n\
         1995,2,b,0.4,,0.35,2.0,3.0\n"
    );
    assert!(figure.svg.contains(">rank 1<") && figure.svg.contains(">rank 2 (2 to 3)<"));
    assert_eq!(
        figure.alt,
        "Passive and active collective efficiency of 2 units, 1995. First is a, rank 1: passive 0.8, active 1, both \
         0.7. Last shown is b, rank 2 (2 to 3): passive 0.4, active unknown, both 0.35. Joint action is ahead in 1 unit."
    );
}

#[test]
fn null_models_show_deviations_and_list_what_never_differs() {
    let metrics = ["reciprocity", "constant", "affinity: a → b", "modularity"].map(str::to_owned);
    let figure = draw("null_models", &[null_models(&metrics)], &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,model,metric,observed,null_mean,null_p025,null_p975,z,z_p025,z_p975,p_two_sided\n\
         ,rewire,reciprocity,0.5,0.5,0.25,0.75,0.0,-2.0,2.0,1.0\n\
         ,rewire,modularity,1.25,0.5,0.25,0.75,6.0,-2.0,2.0,0.03225806451612903\n\
         ,rewire,affinity: a → b,1.0,0.5,0.25,0.75,4.0,-2.0,2.0,0.047619047619047616\n\
         ,rewire,constant,0.75,0.5,,,,,,\n"
    );
    assert!(figure.svg.contains("Left out, the same in every random network: Constant."));
    assert_eq!(
        figure.alt,
        "3 figures beside 99 random networks of the model rewire. 2 have p of at most 0.05: Modularity (more than \
         expected, 1.25 for 0.5); Affinity: a → b (more than expected, 1 for 0.5)."
    );
    let why = draw("null_models", &[null_models(&metrics)], &[("model", "labels")]);
    let why = why.expect_err("there is none").to_string();
    assert!(why.ends_with("there is no model `labels`; there is `rewire`"), "{why}");
}

#[test]
fn a_map_names_what_it_needs_and_what_is_not_on_it() {
    let panel = places(&names(12));
    let input = ChartInput { tables: &[], panel: Some(&panel) };
    let figure = draw_from("map", &input, &[("labels", "0")]).expect("drawn");
    assert_eq!(figure.title, "Map of 12 firms");
    assert!(figure.csv.starts_with("period,node_id,label,group,kind,lat,lon,size\n"));
    assert!(figure.alt.contains("11 links between them are drawn."), "{}", figure.alt);
    let without = draw_from("map", &input, &[("links", "no")]).expect("drawn");
    assert!(!without.alt.contains("links"), "{}", without.alt);
    let said = |options| draw_from("map", &input, options).expect_err("refused").to_string();
    assert_eq!(said(&[("size", "jobs")]), "needs a node column `jobs` of numbers");
    assert_eq!(said(&[("by", "owner")]), "needs a node column `owner` of text");
    let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]).expect("known nodes");
    let nowhere = graph.with_number("lat", [None, None]).with_number("lon", [None, None]);
    let panel = Panel::snapshot(nowhere);
    let why = draw_from("map", &ChartInput { tables: &[], panel: Some(&panel) }, &[]);
    assert_eq!(
        why.expect_err("no place").to_string(),
        "has nothing to draw: no firm that trades has a place in `lat` and `lon`"
    );
}

#[test]
fn firms_at_one_place_are_all_seen() {
    let panel = places(&names(12));
    let figure =
        draw_from("map", &ChartInput { tables: &[], panel: Some(&panel) }, &[("by", "role")])
            .expect("drawn");
    let marks: Vec<&str> =
        figure.svg.lines().filter(|line| line.contains("class=\"edge\"")).collect();
    let distinct: std::collections::BTreeSet<&&str> = marks.iter().collect();
    assert_eq!(distinct.len(), marks.len());
}

#[test]
fn links_survive_by_steps_with_bands_and_what_is_seen_once_is_left_out() {
    let tables = [link_survival(&["1986", "1989"].map(str::to_owned))];
    let figure = draw("link_survival", &tables, &[("curves", "kaplan_meier")]).expect("drawn");
    assert_eq!(
        figure.csv,
        "curve,cohort,age,survival,lower,upper\n\
         All links,,0.0,1.0,1.0,1.0\n\
         All links,,1.0,0.5,0.3775,0.6225\n\
         All links,,2.0,0.25,0.0050000000000000044,0.495\n"
    );
    assert_eq!(
        figure.alt,
        "Share of links that last, by age in periods, 1 curve. All links: 25\u{2009}% reach age 2, half are gone by age 1."
    );
    let cohorts = draw("link_survival", &tables, &[("curves", "cohort")]).expect("drawn");
    assert!(cohorts.csv.contains("\nLinks of 1989,1989,1.0,0.5,"), "{}", cohorts.csv);
    let until = draw("link_survival", &tables, &[("period", "1986")]).expect("drawn");
    assert!(!until.csv.contains("1989") && until.csv.contains("All links"));
}

#[test]
fn a_spatial_curve_that_leaves_chance_twice_says_so() {
    let steps = [9.0, 1.0, 9.0, -9.0];
    let same = |value: f64| vec![value; steps.len()];
    let table = Table::new(
        TableId::SpatialCurve,
        vec![
            text("period", &[""; 4]),
            text("function", &["Kd"; 4]),
            numbers("r", Unit::None, &[1.0, 2.0, 3.0, 4.0]),
            numbers("value", Unit::None, &steps),
            numbers("global_lo", Unit::None, &same(0.0)),
            numbers("global_hi", Unit::None, &same(2.0)),
        ],
    );
    let figure = draw("spatial_curve", &[table], &[]).expect("drawn");
    assert!(figure.alt.ends_with("all firms: nearer at 1 and 3, apart at 4."), "{}", figure.alt);
}

#[test]
fn spatial_curves_say_where_they_leave_chance() {
    let tables = [spatial_curve(&names(7))];
    let figure = draw("spatial_curve", &tables, &[]).expect("drawn");
    assert!(
        figure.alt.starts_with(
            "Firms within a distance (Ripley's K) over distance, 6 panels, with bands of chance. all firms: nearer at \
             1000 to 1500; Agave del Río: like chance; "
        ),
        "{}",
        figure.alt
    );
    assert!(figure.svg.contains("2 more sectors"));
    let one = draw("spatial_curve", &tables, &[("sector", "Leña La Joya")]).expect("drawn");
    assert_eq!(
        one.csv,
        "period,function,sector,neighbour,r,value,theo,local_lo,local_hi,global_lo,global_hi\n\
         ,K,Leña La Joya,,500.0,500.0,500.0,375.0,625.0,250.0,750.0\n\
         ,K,Leña La Joya,,1000.0,1000.0,1000.0,750.0,1250.0,500.0,1500.0\n\
         ,K,Leña La Joya,,1500.0,1500.0,1500.0,1125.0,1875.0,750.0,2250.0\n"
    );
    let why = draw("spatial_curve", &tables, &[("sector", "x")]).expect_err("no such").to_string();
    assert!(why.ends_with("there is no sector `x` with `K`"), "{why}");
}

#[test]
fn local_moran_tells_hot_spots_from_cold_ones_and_from_chance() {
    let figure = draw("moran_scatter", &[local_moran(&names(5))], &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,rank,node_id,label,local_moran,local_moran_p,class\n\
         ,1,Agave del Río,Agave del Río,0.625,0.01,high among high\n\
         ,2,Leña La Joya,Leña La Joya,0.375,0.01,low among low\n\
         ,3,Envasadora San Isidro,Envasadora San Isidro,-0.125,0.5,may be chance (p > 0.05)\n\
         ,4,Vidriera Las Cañas,Vidriera Las Cañas,-0.375,0.01,unlike its neighbours\n"
    );
    assert_eq!(
        figure.alt,
        "Local Moran of 4 firms by rank: 1 high among high, 1 low among low, 1 unlike its neighbours, 1 may be chance \
         (p > 0.05). Agave del Río is most like its neighbours with 0.625, Vidriera Las Cañas least with −0.375."
    );
    let tables = [crate::tables::node_metrics(&names(2), numbers("output", Unit::One, &[1.0; 2]))];
    assert_eq!(
        draw("moran_scatter", &tables, &[]).expect_err("not measured").to_string(),
        "needs column `local_moran` in `node_metrics`: measure `spatial_autocorrelation`"
    );
}

#[test]
fn ranks_flow_over_periods_with_gaps() {
    let tables = [output_over(&["a", "b", "c", "d"].map(str::to_owned))];
    let figure = draw("rank_flow", &tables, &[("top", "2")]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,node_id,label,rank,value\n\
         1989,a,a,4,1000.0\n\
         1992,a,a,1,1000.0\n\
         1986,b,b,3,1001.0\n\
         1989,b,b,3,1000.5\n\
         1992,b,b,2,999.0\n"
    );
    assert_eq!(
        figure.alt,
        "Ranks of the 2 of 4 nodes that are largest by output in 1992, over 3 periods. First in the end is a with 1000. \
         a rose most, from rank 4 to 1. 1 firm has no value in the first period."
    );
    let why = draw("rank_flow", &tables, &[("period", "1986")]).expect_err("one").to_string();
    assert_eq!(
        why,
        "has nothing to draw: ranks flow from period to period, and there is one at most"
    );
}

#[test]
fn a_firm_that_does_not_trade_in_a_period_has_no_rank_in_it() {
    let tables = [output_over(&["a", "b", "c"].map(str::to_owned))];
    let graph = |links: &[(u32, u32, f64)]| {
        SupplyGraph::from_flows(["a", "b", "c"], links.iter().copied()).expect("known nodes")
    };
    let all = [(0, 1, 1.0), (1, 2, 1.0)];
    let periods = [("1986", &all[..]), ("1989", &all[..1]), ("1992", &all[..])];
    let graphs = periods.map(|(period, links)| (period.to_owned(), graph(links)));
    let panel = Panel::new(graphs).expect("the same nodes");
    let figure = draw_from("rank_flow", &ChartInput { tables: &tables, panel: Some(&panel) }, &[]);
    let csv = figure.expect("drawn").csv;
    assert!(csv.contains("\n1986,c,c,1,") && csv.contains("\n1992,c,c,3,"), "{csv}");
    assert!(!csv.contains("\n1989,c,"), "{csv}");
}

#[test]
fn an_alluvial_diagram_counts_who_goes_where_and_who_comes() {
    let tables = [groups_over(&names(12))];
    let figure = draw("alluvial", &tables, &[]).expect("drawn");
    // Firms 1, 4, 7 and 10 move on by one group: each group of four loses one or two and gains as many.
    let rows: Vec<&str> = figure.csv.lines().skip(1).collect();
    let all: usize =
        rows.iter().filter_map(|row| row.split(',').nth(4)?.parse::<usize>().ok()).sum();
    assert_eq!(all, 24, "twelve firms, twice: {rows:?}");
    assert!(figure.alt.contains("% stay in their group"), "{}", figure.alt);
    let why = draw("alluvial", &[output_over(&names(3))], &[]).expect_err("none").to_string();
    assert!(why.contains("`community`"), "{why}");
    let why = draw("alluvial", &tables, &[("period", "1986")]);
    assert!(why.expect_err("one period").to_string().contains("period"));
}

#[test]
fn bottlenecks_are_firms_and_links_with_room_beside_them() {
    let figure = draw("surge_bottlenecks", &[surge_bottlenecks(&names(5))], &[("top", "3")]);
    let figure = figure.expect("drawn");
    assert_eq!(figure.title, "What holds a surge back: 3 firms and 2 links, 1995");
    let last = figure.csv.lines().last().unwrap_or_default();
    assert!(last.contains(",node,") && last.ends_with(",200.0,230.0,0.3333333333333333"), "{last}");
    assert!(figure.svg.contains("230 (+15"), "{}", figure.svg);
    let why = draw("surge_bottlenecks", &[surge_bottlenecks(&names(2))], &[("model", "maxflow")]);
    let why = why.expect_err("another model").to_string();
    assert!(why.contains("`maxflow`"), "{why}");
}
