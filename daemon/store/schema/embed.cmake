# Run at build time (cmake -P): writes the migrations into a C++ source, so that the program carries its own schema.
#   -DOUTPUT=schema.cpp -DSCHEMA_DIR=... -DMIGRATIONS=001.sql,002.sql
string(REPLACE "," ";" MIGRATIONS "${MIGRATIONS}")
set(entries "")
foreach(name IN LISTS MIGRATIONS)
  if(NOT name MATCHES "^([0-9][0-9][0-9])\\.sql$")
    message(FATAL_ERROR "a migration is named NNN.sql, not ${name}")
  endif()
  string(REGEX MATCH "[1-9][0-9]*$" number "${CMAKE_MATCH_1}")
  file(READ "${SCHEMA_DIR}/${name}" text)
  string(APPEND entries "    {${number}, R\"schema(${text})schema\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from daemon/store/schema/*.sql.
#include \"daemon/store/migrations.hpp\"

namespace paperboy::store {

std::span<const Migration> migrations() {
  static constexpr Migration all[] = {
${entries}  };
  return all;
}

}  // namespace paperboy::store
")
