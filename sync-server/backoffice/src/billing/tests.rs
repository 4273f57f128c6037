//! Billing on a real database (調定・請求の試験).
