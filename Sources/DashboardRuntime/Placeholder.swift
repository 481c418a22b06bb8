// Sources of the target DashboardRuntime.
