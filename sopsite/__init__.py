from sopsite.sqlite import use_fixed_sqlite

# Before Django opens a database: its SQLite backend takes the module at import.
use_fixed_sqlite()
