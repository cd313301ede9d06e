//! Names for invented people.

/// Given names, as they are written and as they stand in a user name.
pub(super) const GIVEN: [(&str, &str); 48] = [
    ("Ada", "ada"), ("Amara", "amara"), ("Anjali", "anjali"), ("Anton", "anton"),
    ("Aoife", "aoife"), ("Bruno", "bruno"), ("Camille", "camille"), ("Carlos", "carlos"),
    ("Chidi", "chidi"), ("Chloé", "chloe"), ("Daniel", "daniel"), ("Dilnoza", "dilnoza"),
    ("Elif", "elif"), ("Emeka", "emeka"), ("Farah", "farah"), ("Fatima", "fatima"),
    ("Freya", "freya"), ("Giulia", "giulia"), ("Hana", "hana"), ("Haruto", "haruto"),
    ("Ines", "ines"), ("Ivan", "ivan"), ("Jamal", "jamal"), ("Jan", "jan"),
    ("Jürgen", "juergen"), ("Kofi", "kofi"), ("Lars", "lars"), ("Leila", "leila"),
    ("Lucía", "lucia"), ("Mateo", "mateo"), ("Mei", "mei"), ("Mikael", "mikael"),
    ("Minh", "minh"), ("Nadia", "nadia"), ("Noor", "noor"), ("Olga", "olga"),
    ("Oskar", "oskar"), ("Paula", "paula"), ("Priya", "priya"), ("Rafael", "rafael"),
    ("Rosa", "rosa"), ("Sana", "sana"), ("Søren", "soren"), ("Tomás", "tomas"),
    ("Wanjiru", "wanjiru"), ("Yuki", "yuki"), ("Zoë", "zoe"), ("Zuri", "zuri"),
];

/// Family names, likewise.
pub(super) const FAMILY: [(&str, &str); 52] = [
    ("Abbas", "abbas"), ("Adeyemi", "adeyemi"), ("Andersson", "andersson"), ("Ångström", "angstrom"),
    ("Bauer", "bauer"), ("Bianchi", "bianchi"), ("Brennan", "brennan"), ("Çelik", "celik"),
    ("Chen", "chen"), ("Costa", "costa"), ("Dubois", "dubois"), ("Eriksen", "eriksen"),
    ("Fernández", "fernandez"), ("Fischer", "fischer"), ("Garcia", "garcia"), ("Haddad", "haddad"),
    ("Horvat", "horvat"), ("Ibrahim", "ibrahim"), ("Ito", "ito"), ("Jansen", "jansen"),
    ("Kamau", "kamau"), ("Karimov", "karimov"), ("Khan", "khan"), ("Kowalska", "kowalska"),
    ("Lefèvre", "lefevre"), ("Lindqvist", "lindqvist"), ("Łukasik", "lukasik"), ("Mbeki", "mbeki"),
    ("Mensah", "mensah"), ("Moreau", "moreau"), ("Müller", "mueller"), ("Murphy", "murphy"),
    ("Nakamura", "nakamura"), ("Nguyen", "nguyen"), ("Novák", "novak"), ("Okafor", "okafor"),
    ("Oliveira", "oliveira"), ("Patel", "patel"), ("Petrov", "petrov"), ("Popescu", "popescu"),
    ("Rahman", "rahman"), ("Rossi", "rossi"), ("Sato", "sato"), ("Schmidt", "schmidt"),
    ("Sharma", "sharma"), ("Silva", "silva"), ("Szabó", "szabo"), ("Tanaka", "tanaka"),
    ("Van Dijk", "vandijk"), ("Virtanen", "virtanen"), ("Weiss", "weiss"), ("Yilmaz", "yilmaz"),
];

/// Departments with what people there do.
pub(super) const DEPARTMENTS: [(&str, [&str; 3]); 3] = [
    ("Engineering", ["Software Engineer", "Test Engineer", "Site Reliability Engineer"]),
    ("Sales", ["Account Executive", "Sales Engineer", "Customer Advisor"]),
    ("Operations", ["Buyer", "Accountant", "Office Coordinator"]),
];

/// Groups beside the three of the departments.
pub(super) const GROUPS: [&str; 22] = [
    "All Staff", "Managers", "Berlin Office", "Lagos Office", "Lisbon Office", "Osaka Office",
    "On Call", "Release Crew", "Security Champions", "Mentors", "Newcomers", "First Aid",
    "Fire Wardens", "Book Club", "Football", "Choir", "Café Committee", "Data Stewards",
    "Travel Approvers", "Works Council", "Hackathon", "Sustainability",
];
