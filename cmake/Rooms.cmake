# A room is a folder and a static library of the same name: daemon/paper -> paperboy_paper.
#   paperboy_room(paper SOURCES id.cpp tex.cpp ROOMS base LIBRARIES date::date-tz)
# ROOMS are the rooms it may include (the table of daemon/README.md holds it to that); LIBRARIES stay private to it.
function(paperboy_room NAME)
  cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;LIBRARIES;PUBLIC_LIBRARIES" ${ARGN})
  add_library(paperboy_${NAME} STATIC ${ROOM_SOURCES})
  target_link_libraries(paperboy_${NAME} PUBLIC paperboy_compiler ${ROOM_PUBLIC_LIBRARIES} PRIVATE ${ROOM_LIBRARIES})
  foreach(room IN LISTS ROOM_ROOMS)
    target_link_libraries(paperboy_${NAME} PUBLIC paperboy_${room})
  endforeach()
endfunction()

# The one program: main.cpp and everything below it.
function(paperboy_binary)
  add_executable(paperboy ${PROJECT_SOURCE_DIR}/daemon/main.cpp)
  target_link_libraries(paperboy PRIVATE paperboy_cli)
endfunction()

# A test program mirrors a room: tests/daemon/paper -> test_daemon_paper. Its working directory is its source folder, so
# that fixtures are named by short relative paths.
function(paperboy_test NAME)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;ROOMS;LIBRARIES;LABELS" ${ARGN})
  add_executable(test_${NAME} ${TEST_SOURCES})
  target_compile_definitions(test_${NAME} PRIVATE PAPERBOY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(test_${NAME} PRIVATE paperboy_compiler ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
  foreach(room IN LISTS TEST_ROOMS)
    target_link_libraries(test_${NAME} PRIVATE paperboy_${room})
  endforeach()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  gtest_discover_tests(test_${NAME} TEST_PREFIX ${NAME}. WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}")
endfunction()
