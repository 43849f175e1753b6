/*
 * The starter database inside the program, as a file system of SQLite's with one file in it.
 * Private to db.c.
 */
#pragma once

/** Name of the file system for sqlite3_open_v2(); whatever name is opened there is the starter. */
const char *starter_vfs(void);
