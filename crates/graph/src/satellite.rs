//! Satellite rows: what an input-output table says of its producers beside money, such as workers or emissions.

/// A row beside the flows, one amount a node and period, in a unit of its own: workers, labour income, emissions.
///
/// What users of final goods use themselves (the emissions of households) may stand beside it, by category of
/// [`FinalDemand`](crate::FinalDemand).
#[derive(Clone, Debug, PartialEq)]
pub struct Satellite {
    name: Box<str>,
    unit: Option<Box<str>>,
    amounts: Box<[f64]>,
    by_final_users: Option<Box<[f64]>>,
}

impl Satellite {
    /// A row of amounts, one a node.
    ///
    /// # Panics
    /// If an amount is NaN or infinite.
    ///
    /// # Example
    /// ```
    /// # use palenque_graph::Satellite;
    /// let workers = Satellite::new("employment", vec![3.0, 12.0]).with_unit("person");
    /// assert_eq!((workers.name(), workers.unit()), ("employment", Some("person")));
    /// ```
    #[must_use]
    pub fn new(name: &str, amounts: Vec<f64>) -> Self {
        assert!(amounts.iter().all(|x| x.is_finite()), "satellite row `{name}` is finite");
        Self { name: name.into(), unit: None, amounts: amounts.into(), by_final_users: None }
    }

    /// The same row with its unit.
    #[must_use]
    pub fn with_unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// The same row with what final users use themselves, one amount a category of final demand.
    ///
    /// # Panics
    /// If an amount is NaN or infinite.
    #[must_use]
    pub fn with_final_users(mut self, amounts: Vec<f64>) -> Self {
        assert!(amounts.iter().all(|x| x.is_finite()), "satellite row `{}` is finite", self.name);
        self.by_final_users = Some(amounts.into());
        self
    }

    /// The name of the row.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit of the amounts, where it is known.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The amounts, in node order.
    #[must_use]
    pub fn amounts(&self) -> &[f64] {
        &self.amounts
    }

    /// What final users use themselves, by category, where the input says so.
    #[must_use]
    pub fn by_final_users(&self) -> Option<&[f64]> {
        self.by_final_users.as_deref()
    }

    /// The same row where final demand has more categories, whose users use nothing themselves.
    pub(crate) fn padded(mut self, n_categories: usize) -> Self {
        self.by_final_users = self.by_final_users.map(|users| {
            let mut users = users.into_vec();
            users.resize(n_categories, 0.0);
            users.into()
        });
        self
    }

    /// The same row over other nodes.
    pub(crate) fn with_amounts(&self, amounts: Vec<f64>) -> Self {
        Self { amounts: amounts.into(), ..self.clone() }
    }
}
