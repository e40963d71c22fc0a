# Every header compiles alone: one empty source file per header, built by the test itself (`lint.headers`), not by `all`.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  ${PROJECT_SOURCE_DIR}/daemon/*.hpp ${PROJECT_SOURCE_DIR}/integrations/*.hpp ${PROJECT_SOURCE_DIR}/tests/support/*.hpp)
set(sources)
foreach(header IN LISTS headers)
  string(REPLACE "/" "__" name ${header})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\" // and twice\n")
  list(APPEND sources ${source})
endforeach()
add_library(lint_headers OBJECT EXCLUDE_FROM_ALL ${sources})
target_compile_definitions(lint_headers PRIVATE PAPERBOY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(lint_headers PRIVATE paperboy_cli GTest::gmock)
