//! Assessments, their explanation, bills and the billing run.
