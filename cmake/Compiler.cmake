# Warnings, sanitizers and optimisation: one interface target that every room links.
add_library(paperboy_compiler INTERFACE)
# g++'s -Wextra would have every field named in a designated initialiser; leaving the defaults out is what they are for. Its
# -Wshadow objects to names inside GoogleTest's macros: shadowing is left to clang.
target_compile_options(paperboy_compiler INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers
  $<$<BOOL:${PAPERBOY_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang spells the shadow levels differently; plain -Wshadow there is the useful one. It also warns of designated initializers
  # that leave members at their defaults, which is what defaults are for.
  set_property(TARGET paperboy_compiler PROPERTY INTERFACE_COMPILE_OPTIONS
    -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers $<$<BOOL:${PAPERBOY_WERROR}>:-Werror>)
endif()
if(PAPERBOY_CRASH_POINTS)
  target_compile_definitions(paperboy_compiler INTERFACE PAPERBOY_CRASH_POINTS)
endif()
if(PAPERBOY_SANITIZE)
  target_compile_options(paperboy_compiler INTERFACE -fsanitize=${PAPERBOY_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(paperboy_compiler INTERFACE -fsanitize=${PAPERBOY_SANITIZE})
endif()
target_include_directories(paperboy_compiler INTERFACE ${PROJECT_SOURCE_DIR})
find_program(PAPERBOY_LLD NAMES ld.lld ld.lld-19)
if(PAPERBOY_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(paperboy_compiler INTERFACE -fuse-ld=lld)
endif()
find_program(PAPERBOY_CCACHE ccache)
if(PAPERBOY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PAPERBOY_CCACHE})
endif()
