//! Staff of the demo town (実演用の職員): a clerk, an operator and readers, all invented.

use super::{DemoError, LoadOptions, Town};
use crate::Backoffice;
use crate::access::{AccessError, NewStaff, Role, SALT_BYTES, Secret, add_staff};
use crate::demo::dice::{Dice, Matter};
use crate::demo::people::staff_name;

/// Login name of the demo town's clerk.
pub const DEMO_CLERK: &str = "demo";
/// Login name of the demo town's operator.
pub const DEMO_OPERATOR: &str = "operator";
/// Number of the first reader; the others count on.
pub const DEMO_FIRST_READER: u32 = 101;
/// Password of the clerk and the operator. For a town without a single real person only.
pub const DEMO_PASSWORD: &str = "minamo-demo";
/// PIN of all readers. For a town without a single real person only.
pub const DEMO_PIN: &str = "4649";

/// Routes that one reader walks in a round, and the bounds of their number.
const ROUTES_PER_READER: usize = 4;
const READERS: std::ops::RangeInclusive<usize> = 2..=30;

/// Adds everybody and returns the login names of the readers. Who is there already stays.
pub(super) async fn add(
    office: &Backoffice,
    town: &Town,
    options: &LoadOptions,
) -> Result<Vec<String>, DemoError> {
    let mut dice = Dice::new(town.options.seed, Matter::Staff, 0);
    for (login, display_name, role) in
        [(DEMO_CLERK, "実演 担当", Role::Clerk), (DEMO_OPERATOR, "実演 管理", Role::Operator)]
    {
        add_one(
            office,
            NewStaff {
                login_name: login.into(),
                display_name: display_name.into(),
                role,
                password: Some(secret(&options.password, &mut dice)),
                pin: None,
            },
        )
        .await?;
    }
    let count = town.routes.len().div_ceil(ROUTES_PER_READER);
    let count = count.clamp(*READERS.start(), *READERS.end());
    let mut logins = Vec::with_capacity(count);
    for number in (DEMO_FIRST_READER..).take(count) {
        let login_name = number.to_string();
        add_one(
            office,
            NewStaff {
                login_name: login_name.clone(),
                display_name: staff_name(&mut dice),
                role: Role::Reader,
                password: None,
                pin: Some(secret(&options.pin, &mut dice)),
            },
        )
        .await?;
        logins.push(login_name);
    }
    Ok(logins)
}

fn secret(text: &str, dice: &mut Dice) -> Secret {
    Secret { text: text.to_owned(), salt: dice.bytes::<SALT_BYTES>() }
}

async fn add_one(office: &Backoffice, new: NewStaff) -> Result<(), DemoError> {
    match add_staff(office, new).await {
        Ok(_) | Err(AccessError::LoginTaken) => Ok(()),
        Err(error) => Err(DemoError::Staff(error)),
    }
}
