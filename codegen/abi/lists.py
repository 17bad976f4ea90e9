"""LLVM text that makes a Python list of a list of the run: item by item, lists inside lists too."""

LISTS = """
declare ptr @PyList_New(i64)
declare i32 @PyList_SetItem(ptr, i64, ptr)

define internal ptr @dl_list_out(ptr %ctx, ptr %block, i64 %size, i32 %kind, ptr %how, i32 %rank, i32 %type,
    i64 %item, i64 %depth, ptr %owners, i64 %count) noinline nounwind {
entry:
  %used_place = getelementptr i8, ptr %block, i64 48
  %used = load i64, ptr %used_place, align 8
  %data = call ptr @dl_block_data(ptr %block)
  %nested = icmp ugt i64 %depth, 0
  %step = select i1 %nested, i64 8, i64 %size
  %length = udiv i64 %used, %step
  %list = call ptr @PyList_New(i64 %length)
  %none = icmp eq ptr %list, null
  br i1 %none, label %lost, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %put ]
  %more = icmp ult i64 %i, %length
  br i1 %more, label %one, label %done
one:
  %offset = mul i64 %i, %step
  %place = getelementptr i8, ptr %data, i64 %offset
  br i1 %nested, label %list_one, label %leaf
list_one:
  %inner = load ptr, ptr %place, align 8
  %below = sub i64 %depth, 1
  %object_list = call ptr @dl_list_out(ptr %ctx, ptr %inner, i64 %size, i32 %kind, ptr %how, i32 %rank, i32 %type,
    i64 %item, i64 %below, ptr %owners, i64 %count)
  br label %made
leaf:
  switch i32 %kind, label %array_one [ i32 0, label %float_one
                                       i32 1, label %int_one
                                       i32 2, label %bool_one
                                       i32 3, label %number_one
                                       i32 5, label %complex_one ]
complex_one:
  %real_value = load double, ptr %place, align 8
  %imag_place = getelementptr i8, ptr %place, i64 8
  %imag_value = load double, ptr %imag_place, align 8
  %object_complex = call ptr @PyComplex_FromDoubles(double %real_value, double %imag_value)
  br label %made
float_one:
  %float_value = load double, ptr %place, align 8
  %object_float = call ptr @PyFloat_FromDouble(double %float_value)
  br label %made
int_one:
  %int_value = load i64, ptr %place, align 8
  %object_int = call ptr @PyLong_FromLongLong(i64 %int_value)
  br label %made
bool_one:
  %bool_value = load i8, ptr %place, align 1
  %bool_long = zext i8 %bool_value to i64
  %object_bool = call ptr @PyBool_FromLong(i64 %bool_long)
  br label %made
number_one:
  %scalar = load ptr, ptr %how, align 8
  %descr_place = getelementptr ptr, ptr %how, i64 1
  %descr = load ptr, ptr %descr_place, align 8
  %object_number = call ptr %scalar(ptr %place, ptr %descr, ptr null)
  br label %made
array_one:
  %object_array = call ptr @dl_array_out(ptr %ctx, ptr %place, i32 %rank, i32 %type, i64 %item, ptr %owners, i64 %count)
  br label %made
made:
  %object = phi ptr [ %object_list, %list_one ], [ %object_float, %float_one ], [ %object_int, %int_one ],
    [ %object_bool, %bool_one ], [ %object_number, %number_one ], [ %object_array, %array_one ],
    [ %object_complex, %complex_one ]
  %bad = icmp eq ptr %object, null
  br i1 %bad, label %drop, label %put
put:
  %status = call i32 @PyList_SetItem(ptr %list, i64 %i, ptr %object)
  %next = add i64 %i, 1
  br label %loop
done:
  ret ptr %list
drop:
  call void @Py_DecRef(ptr %list)
  br label %lost
lost:
  ret ptr null
}
"""
