"""What a document may hold: shapes of settings and of rendered files, and what is wrong in one."""
